import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Running } from '../e2e/support.ts';
import { body, makeProject, startSystem, typesOf, until } from '../e2e/support.ts';
import { cli, startCli } from './support.ts';

const job = (version: number) => `
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const job = new Action({
  name: 'some.job',
  handler: async (input: { ms: number }) => {
    writeFileSync('started', '');
    await setTimeout(input.ms);
    return { version: ${version}, pid: process.pid };
  },
});
`;

interface Output {
  version: number;
  pid: number;
}

const start = () => {
  const project = makeProject({ 'src/actions/job.ts': job(1) });
  return { project, write: (name: string, text: string) => writeFileSync(join(project.root, name), text) };
};

test('a change of a module is served by a new process, and the running attempt ends where it began', async () => {
  const { project, write } = start();
  const system = await startSystem(project);
  const lasting = await body(await system.invoke('some.job', { ms: 5_000 }, { prefer: 'respond-async' }));
  const before = (await body(await system.invoke('some.job', { ms: 0 }))).output as Output;
  expect(before.version).toBe(1);

  write('src/actions/job.ts', job(2));
  await until(system, () => system.output().includes('Reloaded in'));
  await until(system, async () => {
    const { output } = await body(await system.invoke('some.job', { ms: 0 }));
    return (output as Output).version === 2 && (output as Output).pid !== before.pid;
  });
  await until(
    system,
    async () => (await body(await system.get(`/v1/invocations/${lasting.id}`))).status !== 'running',
  );
  const audit = await system.audit(lasting.id);
  expect(audit.invocation).toMatchObject({ status: 'completed', attempts: 1, output: before });
  expect(typesOf(audit)).not.toContain('attempt.timed_out 1');
  expect(await system.kill('SIGINT')).toBe(0);
});

test('a module that cannot be loaded is told, and what was there serves on until the next change', async () => {
  const { project, write } = start();
  const system = await startSystem(project);
  write('src/actions/broken.ts', 'const = 1;');
  await until(system, () => system.output().includes('what was there goes on serving'));
  await until(system, () => system.output().includes('src/actions/broken.ts:1:6'));
  expect(await body(await system.invoke('some.job', { ms: 0 }))).toMatchObject({ output: { version: 1 } });

  write('src/actions/broken.ts', job(3).replace('some.job', 'other.job'));
  await until(system, () => system.output().includes('Reloaded in'));
  expect(await body(await system.invoke('other.job', { ms: 0 }))).toMatchObject({ output: { version: 3 } });
});

test('no call over HTTP is refused or lost while a change is loaded', async () => {
  const { project, write } = start();
  const system = await startSystem(project);
  const versions: number[] = [];
  write('src/actions/job.ts', job(2));
  await until(system, async () => {
    const answer = await body(await system.invoke('some.job', { ms: 0 }, { prefer: 'respond-async' }));
    await until(
      system,
      async () => (await body(await system.get(`/v1/invocations/${answer.id}`))).status === 'completed',
    );
    const { output, attempts } = await body(await system.get(`/v1/invocations/${answer.id}`));
    versions.push((output as Output).version);
    expect(attempts).toBe(1);
    return versions.at(-1) === 2;
  });
  expect(versions[0]).toBe(1);
});

test('kill -9 of the process that watches ends the one that serves with it', async () => {
  const { project } = start();
  const system = await startSystem(project);
  const { pid } = (await body(await system.invoke('some.job', { ms: 0 }))).output as Output;
  expect(pid).not.toBe(system.child.pid);
  // Both write to the same pipe, so that it closes only when both have ended.
  expect(await system.kill('SIGKILL')).toBe('SIGKILL');
  await expect(fetch(`${system.url}/healthz`)).rejects.toThrow('fetch failed');
});

test('dev --only api and dev --only worker are together what dev is', async () => {
  const { project } = start();
  const ready = (running: Running) => () => running.output().includes('is ready');
  const invoke = () => cli(project, ['invoke', 'some.job', '--input', '{"ms":0}']);
  const api = startCli(project, ['dev', '--only', 'api'], { PORT: '0' });
  await until(api, ready(api));
  expect((await invoke()).stderr).toMatch(/^ACTION_NOT_FOUND: /);

  const worker = startCli(project, ['dev', '--only', 'worker']);
  await until(worker, ready(worker));
  expect(worker.output()).not.toContain('curl');
  expect(await invoke()).toMatchObject({ code: 0 });
  expect(await worker.kill('SIGTERM')).toBe(0);
  expect(await api.kill('SIGTERM')).toBe(0);
});
