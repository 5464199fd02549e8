import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import type { RunningSystem, TestProject } from './support.ts';
import { body, makeProject, runScript, startSystem, until } from './support.ts';

const action = (name: string) => `
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const job = new Action({
  name: '${name}',
  handler: async (input: { n: number }) => {
    await setTimeout(30);
    return { n: input.n, pid: process.pid };
  },
});
`;

const SCRIPT = `
import { writeFileSync } from 'node:fs';
import { job } from './job.ts';
const results = await Promise.all(Array.from({ length: 60 }, (_, n) => {
  const result = job.invoke({ n });
  if (n === 59) writeFileSync('script-started', '');
  return result;
}));
const foreign = results.filter(({ pid }) => pid !== process.pid).length;
console.log(JSON.stringify({ count: results.length, foreign }));
`;

const project = (): TestProject =>
  makeProject({
    'src/actions/served.ts': action('served.job'),
    'job.ts': action('script.job'),
    'script.ts': SCRIPT,
  });

async function invokeServed(system: RunningSystem, count: number): Promise<Invocation[]> {
  const calls = Array.from({ length: count }, (_, n) => system.invoke('served.job', { n }));
  return await Promise.all((await Promise.all(calls)).map(body));
}

test('a script and a running system on one server take no attempt of each other', async () => {
  const shared = project();
  const system = await startSystem(shared);
  const script = runScript(shared, 'script.ts');
  const served = await invokeServed(system, 60);

  expect(await script.ended).toBe(0);
  expect(script.output()).toContain('{"count":60,"foreign":0}');
  expect(served.map(({ status }) => status)).toEqual(served.map(() => 'completed'));
  const pids = new Set(served.map(({ output }) => (output as { pid: number }).pid));
  expect([...pids]).toEqual([expect.not.toBeOneOf([script.child.pid])]);
  expect(served.map(({ attempts }) => attempts)).toEqual(served.map(() => 1));
});

test('a script killed with -9 takes nothing from the system beside it', async () => {
  const shared = project();
  const system = await startSystem(shared);
  const script = runScript(shared, 'script.ts');
  await until(script, () => existsSync(join(shared.root, 'script-started')));
  const serving = invokeServed(system, 40);
  await script.kill('SIGKILL');

  const served = await serving;
  expect(served.map(({ status }) => status)).toEqual(served.map(() => 'completed'));
});

test('a system killed with -9 takes nothing from the script beside it', async () => {
  const shared = project();
  const system = await startSystem(shared);
  const script = runScript(shared, 'script.ts');
  await until(script, () => existsSync(join(shared.root, 'script-started')));
  await system.kill('SIGKILL');

  expect(await script.ended).toBe(0);
  expect(script.output()).toContain('{"count":60,"foreign":0}');
});
