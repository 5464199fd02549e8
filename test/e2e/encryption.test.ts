import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import { newKey } from '../../src/temporal/encryption-keys.ts';
import { cli } from '../cli/support.ts';
import type { RunningSystem, TestProject } from './support.ts';
import { body, makeProject, ROOT, startProcess, startSystem, until } from './support.ts';

/** Part of everything that is said in these tests. */
const WORD = 'swordfish';

const ACTIONS = `
import { z } from 'zod';
import { Action } from '@do-sdk/core';
export const note = new Action({ name: 'vault.note', handler: async (input) => input });
export const keep = new Action({
  name: 'vault.keep',
  input: z.object({ word: z.string() }),
  retry: { maximumAttempts: 2, initialInterval: '10ms' },
  handler: async ({ word }, ctx) => {
    ctx.heartbeat({ at: word + '-heartbeat' });
    if (ctx.attempt === 1) throw new Error(word + '-message', { cause: new Error(word + '-cause') });
    await ctx.enqueue(note, { word: word + '-enqueued' });
    return { word: word + '-output' };
  },
});
export const fail = new Action({
  name: 'vault.fail',
  retry: { maximumAttempts: 1 },
  onFailure: note,
  handler: async ({ word }) => { throw new Error(word + '-final'); },
});
const card = z.object({ word: z.string().meta({ sensitive: true }) });
export const pay = new Action({ name: 'vault.pay', input: card, output: card, handler: async (input) => input });
export const tick = new Action({
  name: 'vault.tick',
  schedule: { cron: '0 0 1 1 *', input: { word: '${WORD}-schedule' } },
  handler: async () => null,
});
`;
const WORKFLOWS = `
import { Workflow } from '@do-sdk/core';
import { keep } from '../actions/vault.ts';
export const flow = new Workflow({
  name: 'vault.flow',
  handler: async ({ word }, ctx) => {
    ctx.set({ state: word + '-state' });
    const { word: kept } = await keep.invoke({ word: word + '-step' });
    const said = await ctx.waitForSignal('go');
    const { data } = await ctx.approval('sure', { subject: { word: word + '-subject' } });
    throw new Error([kept, said, data.word, word + '-thrown'].join(' '));
  },
});
`;

const makeVault = (): TestProject =>
  makeProject({ 'src/actions/vault.ts': ACTIONS, 'src/workflows/vault.ts': WORKFLOWS });

/** The files of the Temporal server, its journal too. */
const kept = ({ dataDir }: TestProject): Buffer =>
  Buffer.concat(
    readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(db|sqlite|log)(-wal)?$/.test(file))
      .map((file) => readFileSync(join(dataDir, file))),
  );

const keep = (system: RunningSystem, key: string) =>
  system.invoke('vault.keep', { word: `${WORD}-input` }, { 'idempotency-key': `${WORD}-${key}` });

const post = (system: RunningSystem, path: string, payload: unknown) =>
  fetch(system.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.key}`,
      'content-type': 'application/json',
      prefer: 'respond-async',
    },
    body: JSON.stringify(payload),
  });

/** Whoever invoked gets the output whole; what is read later has no part that a schema marks. */
async function checkSensitive(system: RunningSystem): Promise<void> {
  const word = `${WORD}-card`;
  const own = await body(await system.invoke('vault.pay', { word }));
  expect(own).toMatchObject({ input: { word: '[redacted]' }, output: { word } });
  expect(JSON.stringify(await body(await system.get(own.links.self)))).not.toContain(word);
  expect(JSON.stringify(await system.audit(own.id))).not.toContain(word);
}

/** A build is held against what is on record; where that cannot be read, it is not the build that is refused. */
async function checkReplay(project: TestProject, keys: NodeJS.ProcessEnv): Promise<void> {
  const [replayed, refused] = await Promise.all([
    cli(project, ['build', '--replay', '--json'], { env: keys }),
    cli(project, ['build', '--replay', '--json'], { env: { DO_ENCRYPTION_KEYS: newKey('other') } }),
  ]);
  expect(JSON.parse(replayed.stdout)).toMatchObject({
    replay: [{ workflow: 'vault.flow', replayed: 1, open: 0, breaking: [] }],
  });
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toMatch(/^ENCRYPTION_KEY_MISSING: .*the key "one"/m);
}

const startFlow = async (system: RunningSystem): Promise<Invocation> =>
  await body(await post(system, '/v1/workflows/vault.flow/invoke', { word: `${WORD}-flow` }));

async function runFlow(system: RunningSystem): Promise<Invocation> {
  const { id } = await startFlow(system);
  const read = async () => await body(await system.get(`/v1/invocations/${id}`));
  await post(system, `/v1/invocations/${id}/signal/go`, `${WORD}-signal`);
  await until(system, async () => (await read()).approvals !== undefined);
  const [{ digest } = { digest: '' }] = (await read()).approvals ?? [];
  const decision = { digest, approved: true, reason: `${WORD}-reason`, data: { word: `${WORD}-data` } };
  expect((await post(system, `/v1/invocations/${id}/approvals/sure`, decision)).status).toBe(200);
  await until(system, async () => (await read()).status === 'failed');
  return await read();
}

describe('with DO_ENCRYPTION_KEYS', () => {
  test(
    'nothing that a user said is in the files of Temporal, and all of it is in what is read',
    { timeout: 60_000 },
    async () => {
      const project = makeVault();
      const keys = { DO_ENCRYPTION_KEYS: newKey('one') };
      const system = await startSystem(project, keys);
      const done = await body(await keep(system, 'key'));
      expect(done).toMatchObject({
        input: { word: `${WORD}-input` },
        output: { word: `${WORD}-input-output` },
        idempotencyKey: `${WORD}-key`,
        attempts: 2,
      });
      const { entries } = await system.audit(done.id);
      expect(entries.find(({ type }) => type === 'attempt.failed')?.error).toMatchObject({
        message: `${WORD}-input-message`,
        stack: expect.stringContaining('vault.ts') as string,
        cause: { message: `${WORD}-input-cause` },
      });
      await checkSensitive(system);
      const replayed = await keep(system, 'key');
      expect(replayed.headers.get('idempotent-replayed')).toBe('true');
      expect(
        (await body(await system.invoke('vault.fail', { word: `${WORD}-failing` }))).error,
      ).toMatchObject({
        message: `${WORD}-failing-final`,
      });
      const flow = await runFlow(system);
      expect(flow.state).toEqual({ state: `${WORD}-flow-state` });
      expect(flow.error?.message).toBe(
        ['flow-step-output', 'signal', 'data', 'flow-thrown'].map((part) => `${WORD}-${part}`).join(' '),
      );
      await checkReplay(project, keys);
      await expect
        .poll(async () =>
          (
            (await (await system.get('/v1/invocations?name=vault.note')).json()) as {
              items: { status: string }[];
            }
          ).items.map(({ status }) => status),
        )
        .toEqual(['completed', 'completed', 'completed']);
      expect(kept(project).includes('vault.keep')).toBe(true);
      const found = [
        ...kept(project)
          .toString('latin1')
          .matchAll(/swordfish[\w-]*/g),
      ].map(([word]) => word);
      expect([...new Set(found)]).toEqual([]);
      expect(system.output()).not.toContain(WORD);
    },
  );

  test(
    'a key is rotated out: behind the new one it still decrypts, and once it is gone that is said',
    { timeout: 60_000 },
    async () => {
      const project = makeVault();
      const [old, young, other] = ['old', 'new', 'other'].map((id) => newKey(id));
      const { id } = await withKeys(
        project,
        [old!],
        async (system) => await body(await keep(system, 'turn')),
      );
      await withKeys(project, [young!, old!], async (system) => {
        const repeated = await keep(system, 'turn');
        expect([repeated.headers.get('idempotent-replayed'), (await body(repeated)).id]).toEqual([
          'true',
          id,
        ]);
        // What it has enqueued may go on for a moment, and needs the old key for it.
        const running = async () => await (await system.get('/v1/invocations?status=running')).json();
        await until(system, async () => ((await running()) as { items: unknown[] }).items.length === 0);
      });
      await withKeys(project, [young!], async (system) => {
        const encrypted = { encrypted: 'old' };
        const seen = { name: 'vault.keep', status: 'completed', input: encrypted, output: encrypted };
        expect(await body(await system.get(`/v1/invocations/${id}`))).toMatchObject(seen);
        expect((await system.audit(id)).entries.length).toBeGreaterThan(5);
        const repeated = await keep(system, 'turn');
        expect([repeated.status, await repeated.json()]).toMatchObject([
          503,
          { code: 'ENCRYPTION_KEY_MISSING' },
        ]);
        await startFlow(system);
      });
      const refused = startProcess(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'worker'], project, {
        DO_ENCRYPTION_KEYS: other!,
      });
      expect(await refused.ended).not.toBe(0);
      expect(refused.output()).toMatch(/ENCRYPTION_KEY_MISSING.* running .*the key "new"/);
    },
  );
});

async function withKeys<T>(
  project: TestProject,
  keys: string[],
  work: (system: RunningSystem) => Promise<T>,
): Promise<T> {
  const system = await startSystem(project, { DO_ENCRYPTION_KEYS: keys.join(',') });
  const result = await work(system);
  await system.kill('SIGTERM');
  return result;
}
