import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { HEARTBEAT_TIMEOUT_MS, SLOT_WAIT_MS, unpackReport } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan } from '../core/loop.ts';
import type { ActivityFlow } from './flow.ts';
import { readFailure } from './read-failure.ts';

export interface AttemptCall {
  /** The activity's type. */
  type: string;
  taskQueue: string;
  input: unknown;
  meta: AttemptEnvelope;
  plan: Pick<AttemptPlan, 'timeoutMs' | 'expiresInMs'>;
  flow?: ActivityFlow | undefined;
  summary: string;
}

export type AttemptEnd = AttemptOutcome & { lastHeartbeat?: unknown };

/** Ours are one activity each: Temporal keeps only the last failure of its own. */
const ONE_TRY = { maximumAttempts: 1 };

/**
 * Only what found no slot is tried again by Temporal itself, since that has not begun: no event tells of it, and the
 * attempt goes on being one that is scheduled. All other failures the worker marks as final, these it cannot.
 */
const UNTIL_SLOT = {
  initialInterval: 1_000,
  backoffCoefficient: 1,
  nonRetryableErrorTypes: ['TemporalTimeout:StartToClose', 'TemporalTimeout:Heartbeat'],
};

/** One attempt is one activity, so that each is on record; a cancelled invocation rejects. */
export async function runAttemptActivity(call: AttemptCall): Promise<AttemptEnd> {
  const { taskQueue, summary, input, meta, flow } = call;
  const { timeoutMs, expiresInMs } = call.plan;
  const slotWaitMs = flow?.waitsForSlot ? SLOT_WAIT_MS : 0;
  const activities = proxyActivities({
    taskQueue,
    startToCloseTimeout: timeoutMs + slotWaitMs,
    ...(expiresInMs !== undefined && { scheduleToCloseTimeout: expiresInMs }),
    heartbeatTimeout: Math.min(timeoutMs + slotWaitMs, HEARTBEAT_TIMEOUT_MS),
    // The default leaves a cancelled attempt to itself: its end would not be on record, nor what it still did.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: slotWaitMs > 0 ? UNTIL_SLOT : ONE_TRY,
    ...(flow?.priority && { priority: flow.priority }),
    summary,
  });
  try {
    const result: unknown = await activities[call.type]!(
      input,
      slotWaitMs > 0 ? { ...meta, slotWaitMs } : meta,
    );
    return { status: 'completed', ...unpackReport(result) };
  } catch (error) {
    // Only a cancelled invocation is cancelled; an activity also reports "cancelled" when its worker shuts down.
    if (CancellationScope.current().consideredCancelled) throw toCancellation(error);
    return { status: 'failed', error, ...readFailure(error, call.plan) };
  }
}

/** A handler that fails while it is being cancelled leaves a cancelled invocation, not a failed one. */
const toCancellation = (error: unknown): unknown =>
  isCancellation(error) || !(error instanceof Error) ? error : new CancelledFailure(error.message, [], error);
