const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
let installed = false;

/**
 * A script that serves attempts drains before it ends by a signal; a second signal ends it at once. Where the program
 * handles the signal itself, ending stays its own business.
 */
export function endBySignals(close: () => Promise<void>): void {
  if (installed) return;
  installed = true;
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      const isOurs = process.listenerCount(signal) === 0;
      void close().finally(() => {
        if (isOurs) process.kill(process.pid, signal);
      });
    });
  }
}
