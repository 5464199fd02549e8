const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
let installed = false;

/**
 * A script that serves attempts drains before it ends by a signal; a second signal ends it at once. What it waits for
 * is left waiting, so that the signal is all it ends by. Where the program handles the signal itself, ending stays its
 * own business.
 */
export function endBySignals(drain: () => Promise<void>): void {
  if (installed) return;
  installed = true;
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      const isOurs = process.listenerCount(signal) === 0;
      void drain().finally(() => {
        if (isOurs) process.kill(process.pid, signal);
      });
    });
  }
}
