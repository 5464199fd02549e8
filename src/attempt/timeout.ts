import { ATTEMPT_TIMED_OUT } from '../core/envelope.ts';
import { attemptTimedOut } from '../core/wording.ts';

/** A handler that watches its signal gets this long to clean up; then its worker slot is given to others. */
const LAST_MOMENTS_MS = 1_000;

/** Node fires a longer timer at once. An attempt of more than 24 days is told of its timeout by Temporal alone. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs `work` with a signal that aborts at the timeout or with `outer`. Rejects a moment after the timeout even when
 * `work` never ends: Temporal has timed the attempt out by then, and its slot must not stay taken.
 */
export async function withTimeout<T>(
  timeoutMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const signal = AbortSignal.any([outer, timeout.signal]);
  const error = Object.assign(new Error(attemptTimedOut(timeoutMs).message), {
    name: ATTEMPT_TIMED_OUT,
  });
  const isTimed = timeoutMs + LAST_MOMENTS_MS <= LONGEST_TIMER_MS;
  const atTimeout = isTimed ? setTimeout(() => timeout.abort(error), timeoutMs) : undefined;
  let atEnd: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    if (isTimed) atEnd = setTimeout(() => reject(error), timeoutMs + LAST_MOMENTS_MS);
  });
  try {
    return await Promise.race([work(signal), ended]);
  } catch (thrown) {
    // What a handler throws once it was told to stop is the consequence; the timeout is what happened.
    throw timeout.signal.aborted ? withCause(error, thrown) : thrown;
  } finally {
    clearTimeout(atTimeout);
    clearTimeout(atEnd);
  }
}

/** An `AbortError` has the timeout for its own cause and tells nothing beyond it. */
function withCause(error: Error, thrown: unknown): Error {
  const isAbort =
    thrown === error || (thrown as { name?: unknown } | null | undefined)?.name === 'AbortError';
  return isAbort ? error : Object.assign(error, { cause: thrown });
}
