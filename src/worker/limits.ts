import type { WorkerOptions } from '@temporalio/worker';
import type { FlowControl } from '../core/flow.ts';
import { perSecond } from '../temporal/key-rate.ts';

type Limits = Pick<WorkerOptions, 'maxTaskQueueActivitiesPerSecond' | 'maxConcurrentActivityTaskExecutions'>;

/**
 * What the worker of one action's queue is told. More attempts than have a slot would only wait here, and out of their
 * order; by key, those of one value may have to wait while others run.
 */
export function limitsOf({ concurrency, rateLimit }: FlowControl = {}): Limits {
  return {
    ...(rateLimit &&
      rateLimit.key === undefined && { maxTaskQueueActivitiesPerSecond: perSecond(rateLimit) }),
    ...(concurrency &&
      concurrency.key === undefined && {
        maxConcurrentActivityTaskExecutions: Math.min(concurrency.limit, MOST_AT_ONCE),
      }),
  };
}

/** The SDK's own default. */
const MOST_AT_ONCE = 100;
