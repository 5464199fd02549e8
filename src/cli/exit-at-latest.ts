/**
 * Ends the process `limitMs` after SIGINT or SIGTERM, whatever is still awaited. Workers drain by asking Temporal, and a
 * server that is there but does not answer is waited for longer than any grace time.
 */
export function exitAtLatest(limitMs: number): void {
  const begin = () => {
    setTimeout(() => {
      process.stderr.write(`Still not ended ${limitMs / 1000} s after the signal: ending now.\n`);
      process.exit(1);
    }, limitMs).unref();
  };
  process.once('SIGINT', begin).once('SIGTERM', begin);
}
