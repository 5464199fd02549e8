/** Keeps one server running: restarted when it dies, given up when it cannot live. */
import { setTimeout as delay } from 'node:timers/promises';

export const MOST_FAST_FAILURES = 5;
/** A server that lived this long was sound; what ended it came from outside. */
const SOUND_AFTER = 10_000;

export interface KeptServer {
  /** Resolves when it serves clients; rejects when it ended before, or took too long. */
  ready: Promise<void>;
  /** Resolves when it has ended, for whatever reason, with a description of how. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Keeping<Address> {
  /** As in "The Temporal server ended". */
  name: string;
  launch(): Promise<{ server: KeptServer; address: Address }>;
  /** Also after each restart, since a port that somebody took meanwhile changes the address. */
  onReady(address: Address): void;
  onProgress(message: string): void;
  givenUp(reason: string): string;
}

/** Runs until `signal` is aborted (resolves, server stopped) or the server keeps dying (rejects with its last words). */
export async function keepRunning<Address>(keeping: Keeping<Address>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const { reason, lasted } = await liveOnce(keeping, signal);
    if (signal.aborted) return;
    failures = lasted > SOUND_AFTER ? 1 : failures + 1;
    if (failures >= MOST_FAST_FAILURES) throw new Error(keeping.givenUp(firstLine(reason)));
    keeping.onProgress(`The ${keeping.name} server ended (${firstLine(reason)}); starting it again.`);
    const pause = failures === 1 ? 0 : 100 * 2 ** failures;
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** From the start of a server to its end. One that never served has lasted for no time at all. */
async function liveOnce<Address>(keeping: Keeping<Address>, signal: AbortSignal) {
  const { server, address } = await keeping.launch();
  const stop = () => void server.stop();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    await server.ready;
    const since = performance.now();
    keeping.onReady(address);
    return { reason: await server.ended, lasted: performance.now() - since };
  } catch (error) {
    await server.stop();
    return { reason: (error as Error).message, lasted: 0 };
  } finally {
    signal.removeEventListener('abort', stop);
    await server.ended;
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
