import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import type { IsolatedHost } from '../../../src/attempt/isolate/answer.ts';
import { runIsolated } from '../../../src/attempt/isolate/run-isolated.ts';
import { AttemptFailed } from '../../../src/attempt/run.ts';
import type { AttemptEnvelope } from '../../../src/core/envelope.ts';
import { registered } from '../../../src/core/registry.ts';

export const meta: AttemptEnvelope = {
  attempt: 2,
  maximumAttempts: 3,
  token: 'isolate/run-1',
  firstRunId: 'run-1',
  version: '1',
  lastHeartbeat: { page: 6 },
};

export interface LogLine {
  level: string;
  message: string;
  fields: unknown;
}

/** The worker of an attempt, as far as it can tell. */
export function fakeHost(timeoutMs = 30_000) {
  const beats: unknown[] = [];
  const lines: LogLine[] = [];
  const canceller = new AbortController();
  const level = (level: string) => (message: string, fields?: unknown) =>
    void lines.push({ level, message, fields });
  const host: IsolatedHost = {
    invocationId: 'inv_1',
    timeoutMs,
    signal: canceller.signal,
    heartbeat: (details) => void beats.push(details),
    log: { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') },
    store: () => Promise.reject(new Error('the store of the worker is not asked for')),
    databaseUrl: () => Promise.reject(new Error('no database')),
    stage: () => Promise.reject(new Error('nothing to start')),
  };
  return { host, beats, lines, canceller };
}

type Fake = ReturnType<typeof fakeHost>;

export const report = (name: string, input: unknown, { host }: Fake = fakeHost(), more = {}) =>
  runIsolated({ action: registered(name)!, role: 'handler', input, meta: { ...meta, ...more } }, host);

export const run = async (name: string, input: unknown, fake?: Fake): Promise<unknown> =>
  (await report(name, input, fake)).output;

export async function failureOf(name: string, input?: unknown, fake?: Fake): Promise<AttemptFailed> {
  const thrown = await run(name, input, fake).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(AttemptFailed);
  return thrown as AttemptFailed;
}

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'do-isolate-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The pid of the attempt's process, once its handler runs. */
export const pidIn = (dir: string): Promise<number> =>
  vi.waitFor(
    () => {
      const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
      expect(pid).toBeGreaterThan(0);
      return pid;
    },
    { timeout: 20_000, interval: 20 },
  );

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

export const ACTORS = ['handler', 'child', 'daemon'];

/** How much each of the actors has written. */
export const actsIn = (dir: string): number[] =>
  ACTORS.map((file) => (existsSync(join(dir, file)) ? statSync(join(dir, file)).size : 0));
