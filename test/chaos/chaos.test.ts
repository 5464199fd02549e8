import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { runningProcesses } from '../../src/embedded/process-list.ts';
import { removeTree } from '../support/remove-tree.ts';
import { DEFAULTS } from './options.ts';
import { TSX } from './parts/tsx.ts';
import { exitCodeOf, report } from './report.ts';
import { runChaos } from './run.ts';

/** Three minutes where nobody waits for it; a shorter one has no time to meet every fault. */
const MINUTES = Number(process.env['CHAOS_MINUTES'] ?? (process.env['CI'] ? 3 : 1));
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TOO_EMPTY = 2;
const LIMIT_MS = MINUTES * 120_000 + 300_000;

test(
  `nothing is lost, doubled or half-done while processes, networks and databases fail (seed ${SEED}, ${MINUTES} min)`,
  async () => {
    // A run that by chance has met too few faults is none, neither good nor bad: then another one.
    for (let run = 0, code = TOO_EMPTY; run < 2 && code === TOO_EMPTY; run++) {
      const options = { ...DEFAULTS, seed: SEED + run, minutes: MINUTES };
      const result = await runChaos(options, () => undefined, AbortSignal.timeout(LIMIT_MS));
      const told = report(result);
      process.stdout.write(`${told}\n`);
      code = exitCodeOf(result);
      if (code !== TOO_EMPTY || run === 1) expect(code, told).toBe(0);
    }
  },
  2 * LIMIT_MS + 60_000,
);

const isLinux = process.platform === 'linux';

function folderOf(pid: number): string {
  try {
    return isLinux ? readlinkSync(`/proc/${pid}/cwd`) : '';
  } catch {
    return '';
  }
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

test('what a run has started ends with it, also when it is killed', async () => {
  const run = spawn(process.execPath, ['--import', TSX, MAIN, '--seed', '1', '--minutes', '5']);
  onTestFinished(() => void run.kill('SIGKILL'));
  let printed = '';
  run.stdout.on('data', (text) => (printed += String(text)));
  await expect.poll(() => printed, { timeout: 60_000 }).toMatch(/ 1\/\d+ /);
  const root = /everything in (\S+)/.exec(printed)![1]!;
  onTestFinished(() => removeTree(root));
  const left = () =>
    runningProcesses().filter(
      (other) => other.command.includes(root) || folderOf(other.pid).startsWith(root),
    );
  // Both workers and APIs, the sinks, the servers with their own processes, the network.
  // A fault may just have ended one; it comes back.
  await expect.poll(() => left().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(isLinux ? 9 : 3);
  run.kill('SIGKILL');
  await once(run, 'exit');
  await expect.poll(left, { timeout: 15_000 }).toEqual([]);
});
