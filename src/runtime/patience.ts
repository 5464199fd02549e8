const SILENCE_MS = 3_000;

/** Waits for `result`, and says once on stderr why it takes long, if `reason` knows. */
export async function tellWhyWaiting<T>(
  result: Promise<T>,
  reason: () => Promise<string | undefined>,
): Promise<T> {
  const timer = setTimeout(() => {
    reason().then(
      (why) => why && process.stderr.write(`Waiting for ${why}\n`),
      // Telling is a courtesy; the wait itself reports what is wrong.
      () => undefined,
    );
  }, SILENCE_MS);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
  }
}
