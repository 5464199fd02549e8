import { isDoError } from './errors.ts';
import type { Audit } from './invocation.ts';
import { pause } from './pause.ts';

const SHORTEST_PAUSE_MS = 200;
/** So late at most is told what happens after a long silence. */
const LONGEST_PAUSE_MS = 2_000;
const GROWTH = 1.25;
/** An invocation outlives a restart of the server, and so does whoever follows it. */
const OUTAGE_MS = 60_000;

export interface Followed {
  /** Cheap, and another one whenever the audit is. */
  mark: () => Promise<string>;
  read: () => Promise<Audit>;
}

/** The audit, and again each time that it has changed; ends after the closed one. Rejects with `WAIT_ABORTED`. */
export async function* followAudit(
  { mark, read }: Followed,
  signal?: AbortSignal,
): AsyncGenerator<Audit, void, undefined> {
  let seen: string | undefined;
  let pauseMs = SHORTEST_PAUSE_MS;
  for (;;) {
    // Before the read, so that what happens in between is seen by the next one.
    const marked = await patiently(mark, signal);
    if (marked === seen) {
      pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS);
    } else {
      seen = marked;
      const begunAt = Date.now();
      const audit = await patiently(read, signal);
      // A long record takes long to read: most of the time is left to others.
      pauseMs = Math.max(SHORTEST_PAUSE_MS, 3 * (Date.now() - begunAt));
      yield audit;
      if (audit.invocation.status !== 'running') return;
    }
    await pause(pauseMs, signal);
  }
}

async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const givesUpAt = Date.now() + OUTAGE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isOutage = isDoError(error) && error.code === 'TEMPORAL_UNAVAILABLE';
      if (!isOutage || Date.now() > givesUpAt) throw error;
      await pause(LONGEST_PAUSE_MS, signal);
    }
  }
}
