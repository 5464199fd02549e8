import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { AttemptFailed } from '../attempt/run.ts';
import type { FailureDetail } from '../core/envelope.ts';
import { HANDED_BACK, SLOT_BUSY } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import { SlotBusy } from './slots.ts';

/** Nothing ran, so this costs no attempt: the loop sends it to the queue of the workers that have the action. */
export const handedBack = (name: string): ApplicationFailure =>
  ApplicationFailure.create({
    message: `This worker has no action "${name}".`,
    type: HANDED_BACK,
    nonRetryable: true,
  });

export interface Telling {
  /** Of the action that ran. */
  ran: Pick<FailureDetail, 'version'>;
  /** True where Temporal makes another attempt by itself of what is not final: only what found no slot may come back so. */
  isGivenBack: boolean;
  /** Milliseconds until the invocation's deadline. */
  leftMs: number;
}

/** A failed attempt as Temporal records it; `signal` tells what ended it from outside. */
export function toTemporal(
  error: unknown,
  signal: AbortSignal,
  { ran, isGivenBack, leftMs }: Telling,
): Error {
  const reason: unknown = signal.aborted ? (signal.reason as Error | undefined)?.message : undefined;
  if (!(error instanceof AttemptFailed)) {
    // What waited for a slot has not begun, so a shutdown costs it nothing either.
    if (isGivenBack && (error instanceof SlotBusy || reason === 'WORKER_SHUTDOWN'))
      return givenBack(error, leftMs);
    return isGivenBack && !(error instanceof CancelledFailure)
      ? final(toFailure(error), {})
      : (error as Error);
  }
  if (reason === 'CANCELLED') return new CancelledFailure(error.message);
  const { failure, lastHeartbeat, calls } = error;
  const beside = {
    ...(lastHeartbeat !== undefined && { lastHeartbeat }),
    ...(calls.length > 0 && { calls }),
    ...ran,
  };
  const isShutdown = reason === 'WORKER_SHUTDOWN';
  const told = isShutdown ? { ...failure, type: 'WorkerShutdown', nonRetryable: false } : failure;
  return isGivenBack ? final(told, beside) : toApplicationFailure(told, beside);
}

/** For Temporal; whether another attempt follows the loop reads from its detail. */
const final = (failure: Failure, beside: Beside): Error =>
  toApplicationFailure(
    { ...failure, nonRetryable: true },
    { ...beside, ...(!failure.nonRetryable && { retryable: true as const }) },
  );

/** Off the record: Temporal offers the same attempt again, to any worker. */
function givenBack(error: unknown, leftMs: number): ApplicationFailure {
  const { message, delayMs } = error instanceof SlotBusy ? error : { message: 'another worker', delayMs: 1 };
  const detail: FailureDetail = { code: 'INVOCATION_FAILED' };
  return ApplicationFailure.create({
    message,
    type: SLOT_BUSY,
    nonRetryable: false,
    details: [detail],
    // Temporal ends at once what would come back only after its deadline.
    nextRetryDelay: Math.max(1, Math.min(delayMs, Math.floor(leftMs / 2))),
  });
}

/** A failure of the platform's own steps: whoever waits for them is told the code, and Temporal whether to try again. */
export const toStepFailure = (error: unknown, options: Pick<Failure, 'code' | 'nonRetryable'>): Error =>
  toApplicationFailure({ ...toFailure(error, options.code), ...options });

type Beside = Omit<FailureDetail, 'code' | 'retryAfterMs'>;

function toApplicationFailure(failure: Failure, beside: Beside = {}): ApplicationFailure {
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
