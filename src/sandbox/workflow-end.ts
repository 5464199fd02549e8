import { ApplicationFailure } from '@temporalio/workflow';
import type { ErrorCode } from '../core/errors.ts';
import { isDoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import { readFailure } from './read-failure.ts';
import type { Remaining } from './saga.ts';

/** What the platform says of the invocation itself; a step that failed in the same way is the handler's affair. */
export class Verdict extends Error {
  constructor(cause: unknown) {
    super('verdict', { cause });
  }

  static async of<T>(check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      throw new Verdict(error);
    }
  }
}

const ENDINGS = {
  INVOCATION_TIMED_OUT: ['DeadlineExceeded', 'The deadline passed.'],
  INVOCATION_CANCELLED: ['Cancelled', 'The invocation was cancelled.'],
} as const;

export function ended(code: keyof typeof ENDINGS): Failure {
  const [type, message] = ENDINGS[code];
  return { code, type, message, nonRetryable: true };
}

/** Why the workflow failed, as it is told. */
export function handlerFailed(error: unknown): Failure {
  const failure = error instanceof Verdict ? verdictOf(error.cause) : toFailure(error, codeOf(error));
  return { ...failure, nonRetryable: true };
}

function verdictOf(cause: unknown): Failure {
  if (cause instanceof ApplicationFailure) return readFailure(cause, { timeoutMs: 0 }).failure;
  return toFailure(cause, isDoError(cause) ? cause.code : 'INVOCATION_FAILED');
}

/** Of a step it may be that its effect remains, which is so for the whole invocation. */
const codeOf = (error: unknown): ErrorCode =>
  isDoError(error) && error.code === 'COMPENSATION_FAILED' ? error.code : 'INVOCATION_FAILED';

export function compensationFailed(reason: Failure, remaining: readonly Remaining[]): Failure {
  const what = remaining.map(({ path, failure: { type, message } }) => `${path}: ${type}: ${message}`);
  const of = `The workflow ended by ${reason.type}: ${reason.message}`;
  return {
    code: 'COMPENSATION_FAILED',
    type: 'CompensationFailed',
    message: `${of} Taking back what it had done failed finally: ${clipped(what)}. Their effects may remain; compensate it again once the cause is gone.`,
    nonRetryable: true,
  };
}

/** A failure's message is bounded; the audit has all of them. */
const clipped = (what: readonly string[]): string =>
  what.length <= 5 ? what.join('; ') : `${what.slice(0, 5).join('; ')}; and ${what.length - 5} more`;
