import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { AttemptFailed } from '../attempt/run.ts';
import type { FailureDetail } from '../core/envelope.ts';
import { HANDED_BACK } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';

/** Nothing ran, so this costs no attempt: the loop sends it to the queue of the workers that have the action. */
export const handedBack = (name: string): ApplicationFailure =>
  ApplicationFailure.create({
    message: `This worker has no action "${name}".`,
    type: HANDED_BACK,
    nonRetryable: true,
  });

/** A failed attempt as Temporal records it; `signal` tells what ended it from outside. */
export function toTemporal(
  error: unknown,
  signal: AbortSignal,
  ran: Pick<FailureDetail, 'version'> = {},
): Error {
  if (!(error instanceof AttemptFailed)) return error as Error;
  const reason: unknown = signal.aborted ? (signal.reason as Error | undefined)?.message : undefined;
  if (reason === 'CANCELLED') return new CancelledFailure(error.message);
  const { failure, lastHeartbeat, calls } = error;
  const beside = {
    ...(lastHeartbeat !== undefined && { lastHeartbeat }),
    ...(calls.length > 0 && { calls }),
    ...ran,
  };
  const isShutdown = reason === 'WORKER_SHUTDOWN';
  const told = isShutdown ? { ...failure, type: 'WorkerShutdown', nonRetryable: false } : failure;
  return toApplicationFailure(told, beside);
}

/** A failure of the platform's own steps: whoever waits for them is told the code, and Temporal whether to try again. */
export const toStepFailure = (error: unknown, options: Pick<Failure, 'code' | 'nonRetryable'>): Error =>
  toApplicationFailure({ ...toFailure(error, options.code), ...options });

function toApplicationFailure(
  failure: Failure,
  beside: Pick<FailureDetail, 'lastHeartbeat' | 'calls' | 'version'> = {},
): ApplicationFailure {
  const { code, type, message, nonRetryable, retryAfterMs, stack, cause } = failure;
  const detail: FailureDetail = { code, ...(retryAfterMs !== undefined && { retryAfterMs }), ...beside };
  const converted = ApplicationFailure.create({
    message,
    type,
    nonRetryable,
    details: [detail],
    ...(cause && { cause: toApplicationFailure(cause) }),
  });
  converted.stack = stack ?? '';
  return converted;
}
