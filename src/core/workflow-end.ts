import type { ErrorCode } from './errors.ts';
import { DoError, isDoError } from './errors.ts';
import type { Failure } from './failure.ts';
import { toFailure } from './failure.ts';

/** How a workflow closes that did not complete: in the same words on a server and in a test without one. */

export const deadlineReached = (): Failure =>
  ended('INVOCATION_TIMED_OUT', 'DeadlineExceeded', 'The deadline passed.');

export const invocationCancelled = (): Failure =>
  ended('INVOCATION_CANCELLED', 'Cancelled', 'The invocation was cancelled.');

export const handlerFailed = (error: unknown): Failure => ({
  ...(error instanceof Verdict
    ? toFailure(error.cause, isDoError(error.cause) ? error.cause.code : 'INVOCATION_FAILED')
    : toFailure(error, codeOf(error))),
  nonRetryable: true,
});

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

/** Of a step it may be that its effect remains, which is so for the whole invocation. */
const codeOf = (error: unknown): ErrorCode =>
  isDoError(error) && error.code === 'COMPENSATION_FAILED' ? error.code : 'INVOCATION_FAILED';

const ended = (code: ErrorCode, type: string, message: string): Failure => ({
  code,
  type,
  message,
  nonRetryable: true,
});

/** What could not be taken back, and why. */
export interface Remaining {
  path: string;
  failure: Failure;
}

export function compensationFailed(reason: Failure, remaining: readonly Remaining[]): Failure {
  const what = remaining.map(({ path, failure: { type, message } }) => `${path}: ${type}: ${message}`);
  return ended(
    'COMPENSATION_FAILED',
    'CompensationFailed',
    `The workflow ended by ${reason.type}: ${reason.message} Taking back what it had done failed finally: ${clipped(what)}. Their effects may remain; compensate it again once the cause is gone.`,
  );
}

/** Of a workflow that had completed, to the one that had called it. */
export const notTakenBack = (why: string): DoError =>
  new DoError('COMPENSATION_FAILED', `What the workflow had done is not taken back: ${why}`);

/** A failure's message is bounded; the audit has all of them. */
const clipped = (what: readonly string[]): string =>
  what.length <= 5 ? what.join('; ') : `${what.slice(0, 5).join('; ')}; and ${what.length - 5} more`;

export const stepsNotAwaited = (name: string, count: number): DoError =>
  new DoError(
    'INVOCATION_FAILED',
    `The handler of "${name}" returned while ${count} of its steps were still running: await every step.`,
    { type: 'StepNotAwaited' },
  );
