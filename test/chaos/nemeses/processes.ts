import { setTimeout as delay } from 'node:timers/promises';
import { APIS, WORKERS } from '../system.ts';
import type { Nemesis } from './nemesis.ts';
import { isOver, pause } from './nemesis.ts';

/** Longer than any attempt's timeout, with its heartbeats. */
const PAUSE_MS = 4_000;

const killing =
  (kind: string, names: readonly string[], pauseMs: number): Nemesis =>
  async (world) => {
    const { system, faults, random } = world;
    while (!isOver(world)) {
      const name = random.pick(names);
      if (system.parts[name]!.signal('SIGKILL')) faults.add(kind, name);
      await pause(world, random.int(pauseMs / 2, pauseMs));
    }
  };

export const killWorker = killing('kill-worker', WORKERS, 3_000);
export const killApi = killing('kill-api', APIS, 3_000);
export const killSink = killing('kill-sink', ['smtp', 'holds'], 2_000);

/** Down for a moment, then back on the same file. */
export const killTemporal: Nemesis = async ({ system, faults, random }) => {
  const over = faults.begin('kill-temporal', 'temporal');
  await system.parts['temporal']!.down('SIGKILL');
  await delay(random.int(0, 1_500));
  await system.parts['temporal']!.up(30_000);
  over();
};

/** SIGQUIT is Postgres's immediate stop: no rollback, no goodbye; the next start recovers from the log. */
export const stopPostgres: Nemesis = async (world) => {
  const { system, faults, random } = world;
  while (!isOver(world)) {
    const over = faults.begin('stop-postgres', 'postgres');
    await system.parts['postgres']!.down('SIGQUIT');
    await delay(random.int(0, 2_000));
    await system.parts['postgres']!.up(30_000);
    over();
    await delay(2_000);
  }
};

/** A worker that stands still past the timeout of what it runs, and then goes on as if nothing had been. */
export const pauseWorker: Nemesis = async ({ system, faults, random }) => {
  const name = random.pick(WORKERS);
  if (!system.parts[name]!.pause()) return;
  const over = faults.begin('pause-worker', name);
  await delay(PAUSE_MS + random.int(0, 2_000));
  system.parts[name]!.resume();
  over();
};

/** As a deployment does it: one worker after the other is asked to end, and replaced. */
export const restartWorkers: Nemesis = async ({ system, faults, random }) => {
  for (const name of random.shuffle(WORKERS)) {
    const over = faults.begin('restart-worker', name);
    const inTime = await system.parts[name]!.down('SIGTERM');
    if (!inTime) faults.add('stubborn-worker', name);
    await system.parts[name]!.up(30_000);
    over();
  }
};
