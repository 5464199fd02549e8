import type { FailureDetail } from '../core/envelope.ts';
import { ATTEMPT_TIMED_OUT, HANDED_BACK, SLOT_AWAITED, SLOT_BUSY } from '../core/envelope.ts';
import type { AuditEntry } from '../core/invocation.ts';
import type { PendingActivity, Reading, TemporalFailure } from './history.ts';

type AuditError = NonNullable<AuditEntry['error']>;

/** Deeper causes repeat what is said above them. */
const CAUSE_LIMIT = 5;

/** A failure of Temporal's record in our words: the wrapper that Temporal puts around an activity's failure is left out. */
export function readError(failure: TemporalFailure, reading: Pick<Reading, 'decode'>, depth = 0): AuditError {
  if (failure.activityFailureInfo && failure.cause) return readError(failure.cause, reading, depth);
  const { applicationFailureInfo: info, cause } = failure;
  return {
    code: detailOf(failure, reading).code ?? 'INVOCATION_FAILED',
    type: info?.type || typeOf(failure),
    message: failure.message ?? '',
    ...(failure.stackTrace && { stack: failure.stackTrace }),
    ...(cause && depth < CAUSE_LIMIT && { cause: readError(cause, reading, depth + 1) }),
  };
}

export const detailOf = (
  failure: TemporalFailure,
  reading: Pick<Reading, 'decode'>,
): Partial<FailureDetail> => reading.decode(failure.applicationFailureInfo?.details)[0] ?? {};

/** A worker without that action gave it back: nothing ran. */
export const isHandedBack = (failure: TemporalFailure | null | undefined): boolean =>
  failure?.applicationFailureInfo?.type === HANDED_BACK;

/** True where no attempt may follow; Temporal may have been told so only to keep it from making one by itself. */
export const isFinal = (
  failure: TemporalFailure | null | undefined,
  reading: Pick<Reading, 'decode'>,
): boolean =>
  failure?.applicationFailureInfo?.nonRetryable === true && detailOf(failure, reading).retryable !== true;

/** What an attempt waits for that has not begun: a worker holds it until there is a slot, or has given it back. */
export function slotAwaited(
  { state, lastFailure, heartbeatDetails }: PendingActivity,
  reading: Pick<Reading, 'decode'>,
): string | undefined {
  if (isScheduled(state))
    return lastFailure?.applicationFailureInfo?.type === SLOT_BUSY ? (lastFailure.message ?? '') : undefined;
  const beat = reading.decode(heartbeatDetails)[0] as Record<string, unknown> | null | undefined;
  const awaited = typeof beat === 'object' ? beat?.[SLOT_AWAITED] : undefined;
  return typeof awaited === 'string' ? awaited : undefined;
}

/** Whether a worker has begun it. */
export const isBegun = (pending: PendingActivity, reading: Pick<Reading, 'decode'>): boolean =>
  Boolean(pending.lastStartedTime) && slotAwaited(pending, reading) === undefined;

/** A number from gRPC, a name in recorded JSON. */
const isScheduled = (state: unknown): boolean => state === 1 || state === 'PENDING_ACTIVITY_STATE_SCHEDULED';

function typeOf(failure: TemporalFailure): string {
  if (failure.timeoutFailureInfo) {
    return isHeartbeat(failure.timeoutFailureInfo.timeoutType) ? 'WorkerLost' : ATTEMPT_TIMED_OUT;
  }
  if (failure.canceledFailureInfo) return 'Cancelled';
  if (failure.terminatedFailureInfo) return 'Terminated';
  return 'Error';
}

/** A number from gRPC, a name in recorded JSON. */
const isHeartbeat = (timeoutType: unknown): boolean =>
  timeoutType === 4 || timeoutType === 'TIMEOUT_TYPE_HEARTBEAT';
