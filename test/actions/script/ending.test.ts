import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import '../../../src/actions/index.ts';
import { failureOf, fakeHost, isAlive, run } from '../../attempt/isolate/support.ts';
import { allowPrograms, newFolder } from './folder.ts';

afterEach(() => vi.unstubAllEnvs());

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const WORKER = fileURLToPath(new URL('../../attempt/isolate/fixtures/worker.ts', import.meta.url));
const ACTIONS = new URL('../../../src/actions/index.ts', import.meta.url).href;

/** Processes whose command line has `text` in it. */
const processesWith = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandOf(pid).includes(text) && isAlive(pid));

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** Writes its pid and folder, starts a child in its group and one that leaves it, and waits for as long as the test lasts. */
const FAMILY = `#!/bin/sh
echo $$ $PWD > "$1/pid"
sh -c 'while [ -d "$0" ]; do sleep 0.05; done' "$1" &
setsid sh -c 'while [ -d "$0" ]; do sleep 0.05; done' "$1" &
while [ -d "$1" ]; do sleep 0.05; done
`;

const startedIn = (dir: string): Promise<[pid: number, folder: string]> =>
  vi.waitFor(
    () => {
      const [pid, folder] = readFileSync(join(dir, 'pid'), 'utf8').trim().split(' ');
      expect(folder).toBeTruthy();
      return [Number(pid), folder!] as [number, string];
    },
    { timeout: 20_000, interval: 20 },
  );

it.each(['a limit of time', 'a cancellation'])(
  'after %s neither the program lives on, nor what it started, nor what left its group, nor its folder',
  async (by) => {
    const dir = newFolder();
    allowPrograms({ family: FAMILY });
    const fake = fakeHost();
    const timeoutSeconds = by === 'a limit of time' ? 2 : 60;
    const failed = failureOf('script.run', { program: 'family', args: [dir], timeoutSeconds }, fake);
    const [pid, folder] = await startedIn(dir);
    await vi.waitFor(() => expect(processesWith(dir)).toHaveLength(3), { interval: 10 });
    expect(existsSync(folder)).toBe(true);
    if (by === 'a cancellation') fake.canceller.abort(new Error('CANCELLED'));
    const { failure } = await failed;
    expect(isAlive(pid)).toBe(false);
    expect(processesWith(dir)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(failure).toMatchObject(
      by === 'a cancellation' ? { message: 'CANCELLED' } : { type: 'ScriptTimedOut' },
    );
  },
);

it('after its own end nothing that it left in the background lives on', async () => {
  const dir = newFolder();
  allowPrograms({
    leaves: `#!/bin/sh\nsetsid sh -c 'while [ -d "$0" ]; do sleep 0.05; done' "$1" &\necho left\n`,
  });
  expect(await run('script.run', { program: 'leaves', args: [dir] })).toMatchObject({ stdout: 'left\n' });
  expect(processesWith(dir)).toEqual([]);
});

it('processes that go on multiplying end with the attempt', async () => {
  const dir = newFolder();
  // Each lives for a moment and starts its successor: whoever kills one pid after another comes too late.
  const link = '#!/bin/sh\nsleep 0.02\n[ -e "$1/stop" ] && exit\n: > "$1/$$"\nexec 2>&-\n"$0" "$1" &\n';
  const folder = allowPrograms({ link });
  onTestFinished(() => writeFileSync(join(dir, 'stop'), ''));
  const heads = '"$1" "$2" & '.repeat(3);
  allowPrograms({ hydra: `#!/bin/sh\n${heads}\nsleep 60\n` });
  const failed = failureOf('script.run', {
    program: 'hydra',
    args: [join(folder, 'link'), dir],
    timeoutSeconds: 2,
  });
  await vi.waitFor(() => expect(readdirSync(dir).length).toBeGreaterThan(20), { timeout: 10_000 });
  expect((await failed).failure.type).toBe('ScriptTimedOut');
  expect(processesWith(dir)).toEqual([]);
  const born = readdirSync(dir).length;
  await delay(300);
  expect(readdirSync(dir)).toHaveLength(born);
});

it('a worker that is killed with -9 takes the program and all it started along', async () => {
  const dir = newFolder();
  allowPrograms({ family: FAMILY });
  const input = JSON.stringify({ program: 'family', args: [dir] });
  const worker = spawn(process.execPath, ['--import', TSX, WORKER, ACTIONS, 'script.run', input], {
    stdio: 'ignore',
  });
  onTestFinished(() => void worker.kill('SIGKILL'));
  await startedIn(dir);
  await vi.waitFor(() => expect(processesWith(dir).length).toBeGreaterThanOrEqual(3), { interval: 10 });
  worker.kill('SIGKILL');
  await vi.waitFor(() => expect(processesWith(dir)).toEqual([]), { timeout: 5_000, interval: 20 });
});
