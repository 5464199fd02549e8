import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { SILENCE_MS } from '../../../src/attempt/isolate/messages.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../../../src/core/envelope.ts';
import { actsIn, isAlive, pidIn, tempDir } from './support.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const at = (file: string) => fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));

function startWorker(name: string, input: object) {
  const child = spawn(
    process.execPath,
    ['--import', TSX, at('worker.ts'), pathToFileURL(at('actions.ts')).href, name, JSON.stringify(input)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function expectEnded(dir: string, pid: number, withinMs: number): Promise<void> {
  const since = performance.now();
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 });
  expect(performance.now() - since).toBeLessThan(withinMs);
  const acts = actsIn(dir);
  await delay(300);
  expect(actsIn(dir)).toEqual(acts);
}

describe('an attempt whose worker is lost ends with all it has started, before Temporal notices', () => {
  test.each([false, true])(
    'when the worker is killed with -9 (it blocks its event loop: %s)',
    async (blocks) => {
      const dir = tempDir();
      const worker = startWorker('isolate.busy', { dir, blocks });
      const pid = await pidIn(dir);
      expect(isAlive(pid)).toBe(true);
      worker.kill('SIGKILL');
      // With time to spare for the age of the last heartbeat.
      // At once, and not only after the silence that follows.
      await expectEnded(dir, pid, SILENCE_MS - 500);
    },
  );

  test('when the worker is stopped and says no more that it lives', async () => {
    const dir = tempDir();
    const worker = startWorker('isolate.busy', { dir, blocks: true });
    const pid = await pidIn(dir);
    worker.kill('SIGSTOP');
    // With time to spare for the age of the last heartbeat.
    await expectEnded(dir, pid, HEARTBEAT_TIMEOUT_MS - 1_500);
  });
});

test('an attempt lives on as long as its worker does', async () => {
  const dir = tempDir();
  const worker = startWorker('isolate.stubborn', { dir });
  const pid = await pidIn(dir);
  await delay(3_500);
  expect(isAlive(pid)).toBe(true);
  worker.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000 });
});
