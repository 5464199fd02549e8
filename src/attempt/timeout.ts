/** A handler that watches its signal gets this long to clean up; then its worker slot is given to others. */
const LAST_MOMENTS_MS = 1_000;

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
  const error = Object.assign(new Error(`The attempt did not end within ${timeoutMs} ms.`), {
    name: 'AttemptTimedOut',
  });
  const atTimeout = setTimeout(() => timeout.abort(error), timeoutMs);
  let atEnd: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    atEnd = setTimeout(() => reject(error), timeoutMs + LAST_MOMENTS_MS);
  });
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    clearTimeout(atTimeout);
    clearTimeout(atEnd);
  }
}
