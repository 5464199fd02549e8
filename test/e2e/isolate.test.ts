import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TestProject } from './support.ts';
import { body, makeProject, runScript, startSystem, typesOf, until } from './support.ts';

/** What it starts acts until it is ended, and its event loop is blocked. */
const ISOLATED = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Action } from '@do-sdk/core';

export const stubborn = new Action({
  name: 'stubborn.job',
  isolate: true,
  timeout: '6s',
  retry: { maximumAttempts: 1 },
  handler: async (_input: null, ctx) => {
    spawn('sh', ['-c', 'sleep 1000 & while :; do echo act >> acts; sleep 0.05; done'], { stdio: 'ignore' });
    ctx.heartbeat({ page: 3 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync('pid', String(process.pid));
    for (;;);
  },
});

export const next = new Action({ name: 'next.job', handler: async () => null });

export const paid = new Action({
  name: 'paid.job',
  isolate: true,
  transactional: true,
  handler: async (input: { id: string }, ctx) => {
    await ctx.tx.query('create table if not exists paid (id text)');
    await ctx.tx.query('insert into paid values ($1)', [input.id]);
    await ctx.enqueue(next, null);
    return { pid: process.pid, rows: (await ctx.tx.query('select * from paid')).rows };
  },
});
`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
};

const actsIn = ({ root }: TestProject) => statSync(join(root, 'acts')).size;

async function expectNoMoreActs(project: TestProject, pid: number): Promise<void> {
  const acts = actsIn(project);
  expect(isAlive(pid)).toBe(false);
  await delay(500);
  expect(actsIn(project)).toBe(acts);
}

const pidIn = ({ root }: TestProject) => Number(readFileSync(join(root, 'pid'), 'utf8'));

test('an isolated attempt that blocks is ended at its timeout with all it has started, then the failure is told', async () => {
  const project = makeProject({ 'src/actions/isolated.ts': ISOLATED });
  const system = await startSystem(project);
  const invocation = await body(await system.invoke('stubborn.job', null));
  await expectNoMoreActs(project, pidIn(project));
  expect(invocation).toMatchObject({ status: 'failed', error: { type: 'AttemptTimedOut' } });
  const audit = await system.audit(invocation.id);
  expect(typesOf(audit).slice(-3)).toEqual(['attempt.started 1', 'attempt.timed_out 1', 'invocation.failed']);
  // By the worker, which knows that the process is gone; Temporal itself would tell of it after six.
  const [started, ended] = audit.entries.slice(-3).map(({ at }) => Date.parse(at));
  expect(ended! - started!).toBeLessThan(6_000);
});

test('an isolated attempt that blocks is ended when its invocation is cancelled', async () => {
  const project = makeProject({ 'src/actions/isolated.ts': ISOLATED.replace("'6s'", "'10m'") });
  const system = await startSystem(project);
  const { id } = await body(await system.invoke('stubborn.job', null, { prefer: 'respond-async' }));
  await until(system, () => existsSync(join(project.root, 'pid')));
  const headers = { authorization: `Bearer ${system.key}` };
  await fetch(`${system.url}/v1/invocations/${id}/cancel`, { method: 'POST', headers });
  const statusOf = async () => (await body(await system.get(`/v1/invocations/${id}`))).status;
  await until(system, async () => (await statusOf()) !== 'running');
  await expectNoMoreActs(project, pidIn(project));
  expect(await statusOf()).toBe('cancelled');
});

test('an isolated attempt ends with its worker, killed with -9, although its event loop is blocked', async () => {
  const project = makeProject({
    'src/actions/isolated.ts': ISOLATED.replace("'6s'", "'10m'"),
    'script.ts': "import { stubborn } from './src/actions/isolated.ts';\nawait stubborn.invoke(null);\n",
  });
  const script = runScript(project, 'script.ts');
  await until(script, () => existsSync(join(project.root, 'pid')));
  await script.kill('SIGKILL');
  await expect.poll(() => isAlive(pidIn(project)), { timeout: 5_000, interval: 20 }).toBe(false);
  await expectNoMoreActs(project, pidIn(project));
});

test('an isolated action commits in a transaction of its own process and starts what it enqueued', async () => {
  const project = makeProject({
    'src/actions/isolated.ts': ISOLATED,
    'script.ts': `
import { client } from '@do-sdk/core';
import { paid } from './src/actions/isolated.ts';
const run = await paid.run({ id: 'a' });
console.log(JSON.stringify({ ...run.output, own: process.pid }));
const { entries } = await client.invocations.audit(run.id);
console.log(entries.map(({ type }) => type).join(' '));
`,
  });
  const script = runScript(project, 'script.ts');
  expect(await script.ended, script.output()).toBe(0);
  const line = script
    .output()
    .split('\n')
    .find((line) => line.startsWith('{'));
  const { pid, own, rows } = JSON.parse(line!) as { pid: number; own: number; rows: unknown };
  expect(rows).toEqual([{ id: 'a' }]);
  expect(pid).not.toBe(own);
  expect(script.output()).toContain('enqueued.');
});
