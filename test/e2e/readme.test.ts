import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import { mailCaughtBy, makeProject, ROOT, runScript, startSystem, typesOf } from './support.ts';

const run = promisify(execFile);
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

function snippet(language: string, holding: string, page = README): string {
  const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  const block = blocks.find(([, kind, text]) => kind === language && text!.includes(holding));
  if (!block) throw new Error(`There is no ${language} snippet with ${holding}.`);
  return block[2]!;
}

test('the pasted curl line sends one mail at the third attempt, with all three on record here and in Temporal', async () => {
  const project = makeProject();
  const system = await startSystem(project);
  const line = snippet('sh', 'fail-2@').replaceAll('http://127.0.0.1:3000', system.url);
  const { stdout } = await run('bash', ['-c', line], { cwd: project.root });
  const invocation = JSON.parse(stdout) as Invocation;
  expect(invocation).toMatchObject({ status: 'completed', attempts: 3, error: null });

  const audit = await system.audit(invocation.id);
  expect(typesOf(audit)).toEqual([
    'invocation.started',
    ...[1, 2].flatMap((n) => [
      `attempt.scheduled ${n}`,
      `attempt.started ${n}`,
      `attempt.failed ${n}`,
      `retry.scheduled ${n + 1}`,
    ]),
    'attempt.scheduled 3',
    'attempt.started 3',
    'attempt.completed 3',
    'invocation.completed',
  ]);
  const failures = audit.entries.filter(({ type }) => type === 'attempt.failed');
  for (const { error } of failures) expect(error!.message).toContain('451');
  for (const { input } of audit.entries.filter(({ type }) => type === 'attempt.scheduled')) {
    expect(input).toEqual(invocation.input);
  }
  const { messages } = await mailCaughtBy(project);
  expect(messages.map(({ subject }) => subject)).toEqual(['Third time lucky']);

  const workflowId = decodeURIComponent(/workflows\/([^/]+)\//.exec(invocation.links.temporal!)![1]!);
  const { temporal } = await status(project);
  const connection = await Connection.connect({ address: temporal.address });
  const history = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  await connection.close();
  const scheduled = history.events!.filter((event) => event.activityTaskScheduledEventAttributes);
  expect(scheduled).toHaveLength(3);
});

async function status(project: { root: string; env: NodeJS.ProcessEnv }) {
  const { stdout } = await run(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'status', '--json'], {
    cwd: project.root,
    env: project.env,
  });
  return JSON.parse(stdout) as { api: string; temporal: { address: string } };
}

test('the line that the start prints works when pasted', async () => {
  const project = makeProject();
  const system = await startSystem(project);
  await expect.poll(system.output).toContain('curl');
  const line = /curl .*/.exec(system.output())![0];
  const { stdout } = await run('bash', ['-c', line], { cwd: project.root });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'email.send', status: 'completed', attempts: 1 });
  expect(await status(project)).toMatchObject({ api: system.url });
});

test('the action that the README defines runs as a script', async () => {
  const project = makeProject({ 'charge.ts': snippet('ts', 'charge.card') });
  const script = runScript(project, 'charge.ts');
  expect(await script.ended).toBe(0);
  expect(script.output()).toMatch(/^ch_o_1$/m);
});

/** What the README leaves to its reader. */
const AROUND = `
function hold(cents: number, key: string) { return { cents, key }; }
async function release(_key: string) {}
const setUp = new Action({ name: 'set.up', transactional: true, handler: async (_: null, { tx }) => {
  await tx.query('create table account (id text primary key, balance int)');
  await tx.query("insert into account values ('alice', 100), ('bob', 0)");
} });
const read = new Action({ name: 'read', transactional: true, handler: async (_: null, { tx }) =>
  (await tx.query('select balance from account order by id')).rows });
await setUp.invoke(null);
await transfer.invoke({ amount: 30 });
console.log(JSON.stringify(await read.invoke(null)), JSON.stringify(await reserve.invoke({ cents: 5 })));
`;

test('the transactional action of the README commits both halves, and what it enqueues follows', async () => {
  const project = makeProject({ 'transfer.ts': snippet('ts', 'bank.transfer') + AROUND });
  const script = runScript(project, 'transfer.ts');
  expect(await script.ended, script.output()).toBe(0);
  expect(script.output()).toMatch(/^\[{"balance":70},{"balance":30}\] {"cents":5/m);
  expect(script.output()).toMatch(/^bob got 30$/m);
});

test('the workflow of the README waits for its signal and ends as a script', async () => {
  const project = makeProject({ 'onboard.ts': snippet('ts', 'customer.onboard') });
  const script = runScript(project, 'onboard.ts');
  expect(await script.ended, script.output()).toBe(0);
  expect(script.output()).toMatch(/^welcome, usr_alex$/m);
  expect(script.output()).toMatch(/^crm: usr_alex is on team$/m);
  expect(script.output()).toContain("{ userId: 'usr_alex', plan: 'team' }");
});

test('the workflow of docs/workflows.md charges the card', async () => {
  const page = readFileSync(join(ROOT, 'docs/workflows.md'), 'utf8');
  const project = makeProject({ 'order.ts': snippet('ts', 'order.place', page) });
  const script = runScript(project, 'order.ts');
  expect(await script.ended, script.output()).toBe(0);
  expect(script.output()).toContain('{ charged: 4900 }');
});
