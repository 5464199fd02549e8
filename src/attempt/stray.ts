import { AsyncLocalStorage } from 'node:async_hooks';

const attempt = new AsyncLocalStorage<(reason: unknown) => void>();
let isListening = false;

/**
 * Runs `work`; a promise it leaves behind that rejects with nobody listening fails this attempt, instead of ending the
 * process and with it every other attempt. `late` is told of one that comes after the end.
 */
export async function catchingStrays<T>(work: () => Promise<T>, late: (reason: unknown) => void): Promise<T> {
  listen();
  let isOver = false;
  let fail: (reason: unknown) => void = late;
  const stray = new Promise<never>((_, reject) => (fail = reject));
  try {
    const running = attempt.run((reason) => (isOver ? late(reason) : fail(reason)), work);
    return await Promise.race([running, stray]);
  } finally {
    isOver = true;
  }
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
