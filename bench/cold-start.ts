import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench, Figure } from './measure.ts';
import { atMost, median } from './measure.ts';

const RUNS = 5;
const SCRIPT = fileURLToPath(new URL('fixtures/script.mjs', import.meta.url));

/** From process start to the first result of a script that uses `client`. */
export async function coldStart({ dataDir }: Bench): Promise<Figure[]> {
  const running: number[] = [];
  const cold: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    running.push(await secondsToFirstResult(dataDir));
    const fresh = mkdtempSync(join(tmpdir(), 'do-bench-cold-'));
    cold.push(await secondsToFirstResult(fresh));
    rmSync(fresh, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }
  return [
    atMost('first result, no server running, nothing on disk', median(cold), 3, ' s'),
    atMost('first result, server running', median(running), 1.2, ' s'),
  ];
}

async function secondsToFirstResult(dataDir: string): Promise<number> {
  const { TEMPORAL_ADDRESS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], {
    env: { ...env, DO_DATA_DIR: dataDir },
  });
  return Number(stdout);
}
