import { setTimeout as delay } from 'node:timers/promises';
import type { Snapshot } from './facts.ts';
import type { System } from './system.ts';

const EVERY_MS = 200;

/** Reads all accounts at one moment, again and again; while Postgres is down there is nothing to see. */
export function watchBalances(system: System): { stop(): Promise<Snapshot[]> } {
  const snapshots: Snapshot[] = [];
  const over = new AbortController();
  const running = (async () => {
    while (!over.signal.aborted) {
      const at = Date.now();
      const rows = await system
        .query<{ sum: string; least: number }>(
          'select sum(balance) as sum, min(balance) as least from accounts',
        )
        .catch(() => []);
      for (const { sum, least } of rows) snapshots.push({ at, sum: Number(sum), least });
      await delay(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      over.abort();
      await running;
      return snapshots;
    },
  };
}
