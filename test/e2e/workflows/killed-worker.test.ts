import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Audit, AuditEntry } from '../../../src/core/invocation.ts';
import { ProjectCatalogue } from '../../../src/runtime/catalogue.ts';
import { manifestReader } from '../../../src/runtime/manifest.ts';
import { findProject } from '../../../src/runtime/project.ts';
import { Session } from '../../../src/runtime/session.ts';
import { TemporalBackend } from '../../../src/temporal/backend.ts';
import type { Running, TestProject } from '../support.ts';
import { makeProject, runScript } from '../support.ts';

const FIXTURES = ['order.mjs', 'boundary.mjs', 'worker.mjs'];
const source = (file: string) =>
  readFileSync(fileURLToPath(new URL(`fixtures/crash/${file}`, import.meta.url)), 'utf8');

/** Before a step has acted, after it, before and after it was committed, before its report, and at moments after that. */
const REPORTED = ['attempt.beforeReport', 'attempt.beforeReport+15'];
const TRANSACTION = ['tx.begun', 'tx.claimed', 'tx.beforeCommit', 'tx.afterCommit'];
const BOUNDARIES = Object.entries({
  reserve: ['begin', 'acted', ...REPORTED],
  charge: ['begin', 'acted', ...TRANSACTION.slice(2), ...REPORTED],
  ship: ['begin', 'begin+15'],
  refund: ['begin', 'acted', ...TRANSACTION.slice(2), ...REPORTED],
  release: ['begin', 'acted', 'compensate.done', 'compensate.done+15'],
}).flatMap(([what, points]) => points.map((point) => `${what}:${point}`));

/** A worker, and one more that goes on should it be killed; each is a process of its own. */
class Workers {
  readonly #project: TestProject;
  readonly #running = new Set<Running>();

  constructor(project: TestProject) {
    this.#project = project;
  }

  async ready(): Promise<void> {
    while (this.#running.size < 2) this.#start();
    const isPolling = () => [...this.#running].some((worker) => worker.output().includes('polling'));
    await expect.poll(isPolling, { timeout: 60_000 }).toBe(true);
  }

  #start(): void {
    const worker = runScript(this.#project, 'worker.mjs');
    this.#running.add(worker);
    void worker.ended.then(() => this.#running.delete(worker));
  }
}

/**
 * What happened, without what was lost with a worker: the attempt, the seal and the compensation of it. One that turned
 * out to have committed has completed.
 */
function toldOf({ entries }: Audit): string[] {
  const isLost = ({ type, error }: AuditEntry) => type.endsWith('.timed_out') && error?.type === 'WorkerLost';
  expect(entries.filter(isLost).length).toBeLessThanOrEqual(1);
  const committed = entries.filter(({ type, state }) => type === 'seal.completed' && state === 'committed');
  const lost = new Set(
    entries.filter((entry) => isLost(entry) && entry.type.startsWith('attempt.')).map(ofAttempt),
  );
  for (const entry of committed) lost.delete(ofAttempt(entry));
  return entries
    .filter(({ type }) => /\.(completed|failed|timed_out)$/.test(type))
    .filter((entry) => !isLost(entry) && (!lost.has(ofAttempt(entry)) || entry.type.startsWith('action.')))
    .map((entry) => (committed.includes(entry) ? { ...entry, type: 'attempt.completed' } : entry))
    .map(({ type, step, path }) => [type, step, path].filter((part) => part !== undefined).join(' '));
}

const ofAttempt = ({ step, attempt }: AuditEntry): string => `${step} ${attempt}`;

/** Servers for all stages; the session asks for what the workers of each of them do. */
async function openServers() {
  const { root, dataDir } = makeProject();
  process.env['DO_DATA_DIR'] = dataDir;
  const before = process.cwd();
  process.chdir(root);
  const session = await Session.open({ graceMs: 500, forceMs: 1_000, onProgress: () => undefined });
  process.chdir(before);
  const databaseUrl = await session.databaseUrl();
  const sql = new Client({ connectionString: databaseUrl });
  await sql.connect();
  await sql.query('create table ledger (scene text, amount int, token text)');
  onTestFinished(async () => {
    await sql.end();
    await session.close();
  });
  return { session, sql, databaseUrl };
}

type Servers = Awaited<ReturnType<typeof openServers>>;

/** A project of its own, so that no worker is killed in whose hands another scene is too. */
class Stage {
  readonly #servers: Servers;
  readonly #project: TestProject;
  readonly #workers: Workers;
  readonly #backend: TemporalBackend;

  constructor(servers: Servers) {
    this.#servers = servers;
    this.#project = makeProject(Object.fromEntries(FIXTURES.map((file) => [file, source(file)])));
    const { session, databaseUrl } = servers;
    Object.assign(this.#project.env, { TEMPORAL_ADDRESS: session.address, DATABASE_URL: databaseUrl });
    this.#workers = new Workers(this.#project);
    this.#backend = new TemporalBackend({
      temporal: session.temporal,
      catalogue: new ProjectCatalogue(manifestReader(this.#project.dataDir)),
      project: findProject(this.#project.root).name,
      caller: 'local',
      isServedHere: () => false,
    });
  }

  async play(scene: string) {
    await this.#workers.ready();
    const { id } = await this.#backend.start({ name: 'crash.order', input: { scene } });
    await this.#backend.closed(id);
    const audit = await this.#backend.audit(id);
    return {
      told: toldOf(audit),
      error: audit.invocation.error?.type,
      effects: await this.#effectsOf(scene),
    };
  }

  hasKilled = (scene: string): boolean =>
    existsSync(join(this.#project.root, `killed-${scene.replaceAll(/[^\w.+-]/g, '_')}`));

  async #effectsOf(scene: string) {
    const ofScene = 'select amount from ledger where scene = $1 order by amount';
    const { rows } = await this.#servers.sql.query<{ amount: number }>(ofScene, [scene]);
    const lines = readFileSync(join(this.#project.root, 'outside.log'), 'utf8').trim().split('\n');
    const acts = lines
      .map((line) => JSON.parse(line) as { scene: string; what: string; token: string })
      .filter((one) => one.scene === scene);
    const released = new Set(acts.flatMap(({ what, token }) => (what === 'released' ? [token] : [])));
    const reserved = acts.filter(({ what, token }) => what === 'reserved' && !released.has(token));
    return { booked: rows.map(({ amount }) => amount), reserved };
  }
}

/** Nearly all of a scene is waiting for Temporal to miss the worker, so several are played at a time. */
const STAGES = 4;

test('a worker that is killed at any boundary of a saga changes neither its audit nor its effects', async () => {
  const servers = await openServers();
  const stages = Array.from({ length: STAGES }, () => new Stage(servers));
  const undisturbed = await stages[0]!.play('undisturbed');
  expect(undisturbed.error).toBe('NoAddress');
  expect(undisturbed.effects).toEqual({ booked: [-100, 100], reserved: [] });
  const left = [...BOUNDARIES];
  const playAll = async (stage: Stage) => {
    for (let boundary = left.shift(); boundary !== undefined; boundary = left.shift()) {
      const scene = `killed@${boundary}`;
      const killed = await stage.play(scene);
      expect.soft(stage.hasKilled(scene), `a worker was killed at ${boundary}`).toBe(true);
      expect.soft(killed, boundary).toEqual(undisturbed);
    }
  };
  await Promise.all(stages.map(playAll));
}, 600_000);
