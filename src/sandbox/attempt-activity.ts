import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { HEARTBEAT_TIMEOUT_MS, unpackReport } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan } from '../core/loop.ts';
import { readFailure } from './read-failure.ts';

export interface AttemptCall {
  /** The activity's type. */
  type: string;
  taskQueue: string;
  input: unknown;
  meta: AttemptEnvelope;
  plan: Pick<AttemptPlan, 'timeoutMs' | 'expiresInMs'>;
  summary: string;
}

export type AttemptEnd = AttemptOutcome & { lastHeartbeat?: unknown };

/** One attempt is one activity, so that each is on record; a cancelled invocation rejects. */
export async function runAttemptActivity(call: AttemptCall): Promise<AttemptEnd> {
  const { taskQueue, summary, input, meta } = call;
  const { timeoutMs, expiresInMs } = call.plan;
  const activities = proxyActivities({
    taskQueue,
    startToCloseTimeout: timeoutMs,
    ...(expiresInMs !== undefined && { scheduleToCloseTimeout: expiresInMs }),
    heartbeatTimeout: Math.min(timeoutMs, HEARTBEAT_TIMEOUT_MS),
    // The default leaves a cancelled attempt to itself: its end would not be on record, nor what it still did.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Temporal keeps only the last failure of its own retries; ours are one activity each.
    retry: { maximumAttempts: 1 },
    summary,
  });
  try {
    const result: unknown = await activities[call.type]!(input, meta);
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
