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
export function withTimeout<T>(
  timeoutMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // On the path of every attempt: one controller, one timer, one promise, and no error before there is one.
  const stop = new AbortController();
  const stopWithOuter = (): void => stop.abort(outer.reason);
  outer.addEventListener('abort', stopWithOuter);
  if (outer.aborted) stopWithOuter();
  return new Promise<T>((resolve, reject) => {
    let error: Error | undefined;
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      outer.removeEventListener('abort', stopWithOuter);
    };
    const fail = (thrown: Error): void => {
      end();
      // What a handler throws once it was told to stop is the consequence; the timeout is what happened.
      reject(error ? withCause(error, thrown) : thrown);
    };
    const atTimeout = (): void => {
      error = timedOut(timeoutMs);
      timer = setTimeout(fail, LAST_MOMENTS_MS, error);
      stop.abort(error);
    };
    if (timeoutMs <= LONGEST_TIMER_MS) timer = setTimeout(atTimeout, timeoutMs);
    work(stop.signal).then((value) => {
      end();
      resolve(value);
    }, fail);
  });
}

const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error(attemptTimedOut(timeoutMs).message), { name: ATTEMPT_TIMED_OUT });

/** An `AbortError` has the timeout for its own cause and tells nothing beyond it. */
function withCause(error: Error, thrown: unknown): Error {
  const isAbort =
    thrown === error || (thrown as { name?: unknown } | null | undefined)?.name === 'AbortError';
  return isAbort ? error : Object.assign(error, { cause: thrown });
}
