import type { FailureDetail } from '../core/envelope.ts';
import { ATTEMPT_TIMED_OUT, HANDED_BACK } from '../core/envelope.ts';
import type { AuditEntry } from '../core/invocation.ts';
import type { Reading, TemporalFailure } from './history.ts';

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
