import { setTimeout as delay } from 'node:timers/promises';
import type { Handle } from '../core/verbs.ts';
import { Timeline } from './timeline.ts';

/** What ends sooner needs no progress. */
const SILENCE_MS = 1_000;
const POLL_MS = 500;

/** Tells on stderr what happens to an invocation, as it happens, for as long as `result` is awaited. */
export async function tellProgress<T>(handle: Handle<unknown>, result: Promise<T>): Promise<T> {
  const done = new AbortController();
  const telling = tell(handle, done.signal);
  try {
    return await result;
  } finally {
    done.abort();
    await telling;
  }
}

async function tell(handle: Handle<unknown>, done: AbortSignal): Promise<void> {
  const timeline = new Timeline(process.stderr);
  const write = (text: string) => void (done.aborted || process.stderr.write(text));
  const pause = (ms: number) => delay(ms, undefined, { signal: done, ref: false }).catch(() => undefined);
  await pause(SILENCE_MS);
  write(`Waiting for ${handle.id}\n`);
  while (!done.aborted) {
    // Progress is a courtesy: what is wrong with the connection is told by the wait itself.
    const entries = await handle.audit().then(
      (audit) => audit.entries,
      () => [],
    );
    for (const entry of timeline.fresh(entries)) write(timeline.line(entry));
    await pause(POLL_MS);
  }
}
