import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Audit, AuditEntry } from '../../../src/core/invocation.ts';
import { Session } from '../../../src/runtime/session.ts';
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

/** Two workers, each a process of its own; one that was killed is followed by another. */
class Workers {
  readonly #project: TestProject;
  readonly #running = new Set<Running>();

  constructor(project: TestProject) {
    this.#project = project;
  }

  /** One more is on its way, so that nobody has to wait for it. */
  async keep(many: number): Promise<void> {
    while (this.#running.size <= many) this.#start();
    const polling = () => [...this.#running].filter((worker) => worker.output().includes('polling'));
    await expect.poll(() => polling().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(many);
  }

  #start(): void {
    const worker = runScript(this.#project, 'worker.mjs', { DO_DATA_DIR: this.#project.dataDir });
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

async function openSystem() {
  const project = makeProject(Object.fromEntries(FIXTURES.map((file) => [file, source(file)])));
  process.env['DO_DATA_DIR'] = project.dataDir;
  const before = process.cwd();
  process.chdir(project.root);
  const session = await Session.open({ graceMs: 500, forceMs: 1_000, onProgress: () => undefined });
  process.chdir(before);
  const sql = new Client({ connectionString: await session.databaseUrl() });
  await sql.connect();
  await sql.query('create table ledger (scene text, amount int, token text)');
  onTestFinished(async () => {
    await sql.end();
    await session.close();
  });
  return { project, session, sql };
}

test('a worker that is killed at any boundary of a saga changes neither its audit nor its effects', async () => {
  const { project, session, sql } = await openSystem();
  const workers = new Workers(project);

  const effectsOf = async (scene: string) => {
    const { rows } = await sql.query<{ amount: number }>('select amount from ledger where scene = $1', [
      scene,
    ]);
    const lines = readFileSync(join(project.root, 'outside.log'), 'utf8').trim().split('\n');
    const acts = lines
      .map((line) => JSON.parse(line) as { scene: string; what: string; token: string })
      .filter((one) => one.scene === scene);
    const released = new Set(acts.flatMap(({ what, token }) => (what === 'released' ? [token] : [])));
    const reserved = acts.filter(({ what, token }) => what === 'reserved' && !released.has(token));
    return { booked: rows.map(({ amount }) => amount).toSorted((a, b) => a - b), reserved };
  };
  const play = async (scene: string) => {
    await workers.keep(2);
    const { id } = await session.backend.start({ name: 'crash.order', input: { scene } });
    await session.backend.closed(id);
    const audit = await session.backend.audit(id);
    return { told: toldOf(audit), error: audit.invocation.error?.type, effects: await effectsOf(scene) };
  };

  const undisturbed = await play('undisturbed');
  expect(undisturbed.error).toBe('NoAddress');
  expect(undisturbed.effects).toEqual({ booked: [-100, 100], reserved: [] });
  for (const boundary of BOUNDARIES) {
    const scene = `killed@${boundary}`;
    const killed = await play(scene);
    const marker = join(project.root, `killed-${scene.replaceAll(/[^\w.+-]/g, '_')}`);
    expect.soft(existsSync(marker), `a worker was killed at ${boundary}`).toBe(true);
    expect.soft(killed, boundary).toEqual(undisturbed);
  }
}, 600_000);
