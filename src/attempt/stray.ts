import { AsyncLocalStorage } from 'node:async_hooks';

const attempt = new AsyncLocalStorage<(reason: unknown) => void>();
let isListening = false;

/**
 * Runs `work`; a promise it leaves behind that rejects with nobody listening fails this attempt, instead of ending the
 * process and with it every other attempt. `late` is told of one that comes after the end.
 */
export function catchingStrays<T>(work: () => T | Promise<T>, late: (reason: unknown) => void): Promise<T> {
  listen();
  return new Promise<T>((resolve, reject) => {
    let isOver = false;
    const end =
      <Value>(tell: (value: Value) => void) =>
      (value: Value): void => {
        isOver = true;
        tell(value);
      };
    const fail = end(reject);
    attempt.run(
      (reason) => (isOver ? late(reason) : fail(reason)),
      () => {
        try {
          Promise.resolve(work()).then(end(resolve), fail);
        } catch (error) {
          fail(error);
        }
      },
    );
  });
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  process.on('unhandledRejection', (reason) => {
    const onStray = attempt.getStore();
    if (onStray) onStray(reason);
    // Outside of attempts the program's own rule holds; without one of its own, Node's is to end the process.
    else if (process.listenerCount('unhandledRejection') === 1) throw reason;
  });
}
