import { setTimeout as delay } from 'node:timers/promises';

/** Rejects with the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
