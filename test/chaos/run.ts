import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { check } from './checker/index.ts';
import { Crowd } from './client/crowd.ts';
import { Door } from './client/door.ts';
import { Operations } from './client/operations.ts';
import { ClientRecord } from './client/record.ts';
import { collect } from './collect.ts';
import type { Facts, Violation } from './facts.ts';
import { drain, tail } from './heal.ts';
import { Faults } from './nemeses/nemesis.ts';
import { plan, unleash } from './nemeses/schedule.ts';
import type { ChaosOptions } from './options.ts';
import { Random } from './random.ts';
import type { Found } from './settled.ts';
import { EarlyEnd } from './settled.ts';
import { watchBalances } from './snapshots.ts';
import { APIS, System } from './system.ts';

export interface ChaosResult {
  options: ChaosOptions;
  facts: Facts;
  violations: Violation[];
  /** Of the system's processes, by name, other than at the end of the run. */
  ends: Record<string, number>;
  /** Logs, databases and records; undefined when they were removed. */
  folder: string | undefined;
}

export type Say = (text: string) => void;

/** Starts everything, lets clients and faults at it, heals it, and judges what is found. */
export async function runChaos(options: ChaosOptions, say: Say, stop: AbortSignal): Promise<ChaosResult> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'do-chaos-')));
  // Postgres runs as somebody else where the run is root's, and has to find its folder in here.
  chmodSync(root, 0o755);
  const ends: Record<string, number> = {};
  const faults = new Faults();
  const onEnd = (name: string, how: string) => {
    ends[`${name} ${how}`] = (ends[`${name} ${how}`] ?? 0) + 1;
    faults.add('ended', name);
  };
  const { seed, failpoints } = options;
  say(`seed ${seed}, ${options.minutes} min, package ${options.packageRoot}, everything in ${root}`);
  const packageRoot = resolve(options.packageRoot);
  const system = await System.start({ root, packageRoot, seed, failpoints, onEnd });
  let found: Found;
  let endsBefore: Record<string, number>;
  try {
    found = await observe(system, faults, options, say, stop);
    endsBefore = { ...ends };
  } finally {
    await system.close();
    if (stop.aborted) remove(root);
  }
  const { facts, violations } = found;
  const isKept = options.keep || violations.length > 0;
  if (!isKept) remove(root);
  return { options, facts, violations, ends: endsBefore, folder: isKept ? root : undefined };
}

const remove = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

async function observe(
  system: System,
  faults: Faults,
  options: ChaosOptions,
  say: Say,
  stop: AbortSignal,
): Promise<Found> {
  const random = new Random(options.seed);
  const record = new ClientRecord(join(system.root, 'clients.jsonl'));
  const watch = new EarlyEnd({ system, record }, options.endsAt, stop);
  const doors = APIS.map((api) => new Door(api, system.apiUrl(api), record, watch.over));
  const balances = watchBalances(system);
  try {
    await load(system, { record, doors, faults, random }, options, say, watch.over);
    const early = await watch.close();
    if (early) return early;
    stop.throwIfAborted();
    say('healing');
    await system.heal();
    await drain(system, { calmMs: options.calmMs, say, stop });
    const tails = await tail(system, doors);
    // What the last ones have enqueued.
    await drain(system, { calmMs: 1_000, say, stop });
    stop.throwIfAborted();
    const snapshots = await balances.stop();
    const facts = await collect({ system, record, faults, snapshots, tail: tails, onProgress: say });
    return { facts, violations: check(facts) };
  } finally {
    await Promise.all([balances.stop(), watch.close()]);
  }
}

interface Actors {
  record: ClientRecord;
  doors: readonly Door[];
  faults: Faults;
  random: Random;
}

async function load(
  system: System,
  { record, doors, faults, random }: Actors,
  options: ChaosOptions,
  say: Say,
  stop: AbortSignal,
): Promise<void> {
  const { workload, clients, nemeses, minutes } = options;
  const operations = new Operations(random.child('operations'), workload);
  const crowd = new Crowd(doors, operations, { size: clients, random: random.child('clients') });
  const slots = plan(random.child('nemeses'), nemeses, minutes * 60_000);
  const repeat = (key: string, times: number) => crowd.repeat(key, times);
  const counts = () =>
    `${record.count('ok')} ok, ${record.count('fail')} failed, ${record.count('info')} unknown`;
  const onSlot = ({ nemeses: names }: (typeof slots)[number], index: number) =>
    say(`${index + 1}/${slots.length} ${names.join(' + ')}; so far ${counts()}`);
  await delay(1_000);
  const world = { system, faults, random: random.child('harm'), repeat, stop };
  await unleash(slots, world, onSlot);
  if (stop.aborted) return await crowd.stop();
  say(`no more faults; ${counts()}`);
  await Promise.all([system.heal(), crowd.stop()]);
}
