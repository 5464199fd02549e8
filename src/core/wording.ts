import { ATTEMPT_TIMED_OUT } from './envelope.ts';
import type { Failure } from './failure.ts';

/** What no handler tells, since nobody was left to tell it: in the same words on a server and in a test without one. */

export const attemptTimedOut = (timeoutMs: number): Failure =>
  retryable(ATTEMPT_TIMED_OUT, `The attempt did not end within ${timeoutMs} ms.`);

export const workerLost = (): Failure =>
  retryable('WorkerLost', 'The worker stopped sending heartbeats: it was killed, cut off or blocked.');

export const workerShutdown = (): Failure =>
  retryable('WorkerShutdown', 'The worker shut down before the attempt ended.');

/** How an invocation closes whose deadline passed; `last` is why its last attempt failed, if one had ended. */
export function deadlinePassed(
  attempts: number,
  last: Pick<Failure, 'type' | 'message'> | undefined,
): Failure {
  const lastError = last ? `${last.type}: ${last.message}` : 'no attempt had ended';
  return {
    code: 'INVOCATION_TIMED_OUT',
    type: 'DeadlineExceeded',
    message: `The deadline passed after ${attempts} attempt${attempts === 1 ? '' : 's'}; last: ${lastError}`,
    nonRetryable: true,
  };
}

const retryable = (type: string, message: string): Failure => ({
  code: 'INVOCATION_FAILED',
  type,
  message,
  nonRetryable: false,
});
