import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FailureDetail } from '../core/envelope.ts';
import { SLOT_AWAITED } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import type { AttemptPlan } from '../core/loop.ts';
import { attemptTimedOut, workerLost, workerShutdown } from '../core/wording.ts';

export interface AttemptFailure {
  failure: Failure;
  lastHeartbeat?: unknown;
}

/** How an attempt's activity ended, in the words of the attempt loop. */
export function readFailure(error: unknown, plan: Pick<AttemptPlan, 'timeoutMs'>): AttemptFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return readApplicationFailure(cause);
  if (cause instanceof TimeoutFailure) {
    const failure = cause.timeoutType === 'HEARTBEAT' ? workerLost() : attemptTimedOut(plan.timeoutMs);
    return { failure, lastHeartbeat: ownHeartbeat(cause.lastHeartbeatDetails) };
  }
  if (cause instanceof CancelledFailure) return { failure: workerShutdown() };
  return { failure: toFailure(cause) };
}

/** Without ours: the next attempt is given the handler's. */
const ownHeartbeat = (details: unknown): unknown =>
  typeof details === 'object' && details !== null && SLOT_AWAITED in details ? undefined : details;

function readApplicationFailure(cause: ApplicationFailure): AttemptFailure {
  const detail = (cause.details?.[0] ?? {}) as Partial<FailureDetail>;
  return {
    failure: {
      code: detail.code ?? 'INVOCATION_FAILED',
      type: cause.type ?? 'Error',
      message: cause.message,
      nonRetryable: cause.nonRetryable === true && detail.retryable !== true,
      ...(detail.retryAfterMs !== undefined && { retryAfterMs: detail.retryAfterMs }),
    },
    lastHeartbeat: detail.lastHeartbeat,
  };
}
