import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Audit, Invocation } from '../../src/core/invocation.ts';
import { cli, startCli } from '../cli/support.ts';
import type { Running, TestProject } from './support.ts';
import { ownServer } from './own-server.ts';
import { makeProject, typesOf, until } from './support.ts';

/** Its first attempt never ends. */
const actionThat = (hangs: string): Record<string, string> => ({
  'src/actions/hung.ts': `
import { writeFileSync } from 'node:fs';
import { Action } from '@do-sdk/core';

export const hung = new Action({
  name: 'hung.job',
  retry: { maximumAttempts: 5, initialInterval: '100ms' },
  timeout: '10m',
  handler: async (_input: null, ctx) => {
    writeFileSync('started-' + ctx.attempt, '');
    if (ctx.attempt === 1) { ${hangs} }
    return { pid: process.pid };
  },
});
`,
});

async function startWorker(project: TestProject, ...options: string[]): Promise<Running> {
  const worker = startCli(project, ['worker', ...options]);
  await until(worker, () => worker.output().includes('Serving'));
  return worker;
}

/** The first of two workers has taken the first attempt, and it hangs. */
async function hangOneOfTwo(project: TestProject, ...options: string[]) {
  const api = startCli(project, ['dev', '--only', 'api'], { PORT: '0' });
  await until(api, () => api.output().includes('is ready'));
  const hung = await startWorker(project, ...options);
  const asking = cli(project, ['invoke', 'hung.job', '--json']);
  await until(hung, () => existsSync(join(project.root, 'started-1')));
  const other = await startWorker(project);
  return { hung, other, asking };
}

async function expectRetriedBy(project: TestProject, worker: Running, asking: ReturnType<typeof cli>) {
  const { code, stdout, stderr } = await asking;
  expect(code, stderr).toBe(0);
  const invocation = JSON.parse(stdout) as Invocation;
  expect(invocation).toMatchObject({ status: 'completed', attempts: 2, output: { pid: worker.child.pid } });
  const audit = await cli(project, ['audit', invocation.id, '--json']);
  expect(typesOf(JSON.parse(audit.stdout) as Audit)).toEqual([
    'invocation.started',
    'attempt.scheduled 1',
    'attempt.started 1',
    'attempt.timed_out 1',
    'retry.scheduled 2',
    'attempt.scheduled 2',
    'attempt.started 2',
    'attempt.completed 2',
    'invocation.completed',
  ]);
}

test('a handler that ignores SIGTERM and its signal is ended with its worker at the force time, and retried on another', async () => {
  // The timer alone would hold the process for ever.
  const project = makeProject(actionThat('await new Promise(() => setInterval(() => undefined, 1_000));'));
  const { hung, other, asking } = await hangOneOfTwo(
    project,
    ...['--shutdown-grace-time', '500ms', '--shutdown-force-time', '1500ms'],
  );
  const told = Date.now();
  expect(await hung.kill('SIGTERM')).toBe(0);
  expect(Date.now() - told).toBeGreaterThan(1_000);
  expect(Date.now() - told).toBeLessThan(4_000);
  await expectRetriedBy(project, other, asking);
});

test('a handler that blocks the event loop ends its worker, which hears no signal, and is retried on another', async () => {
  const project = makeProject(actionThat('for (;;);'));
  const { hung, other, asking } = await hangOneOfTwo(project);
  hung.child.kill('SIGTERM');
  expect(await hung.ended).toBe('SIGKILL');
  expect(hung.output()).toContain('A handler has blocked the event loop for 10 s');
  await expectRetriedBy(project, other, asking);
});

test('a Temporal that is there but does not answer holds no worker up beyond the force time', async () => {
  const temporal = await ownServer();
  const server = await temporal.start();
  const project = makeProject();
  const times = ['--shutdown-grace-time', '500ms', '--shutdown-force-time', '1s'];
  const worker = startCli(project, ['worker', ...times], { TEMPORAL_ADDRESS: temporal.address });
  await until(worker, () => worker.output().includes('Serving'));
  process.kill(server.identity!.pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(server.identity!.pid, 'SIGCONT'));
  const told = Date.now();
  expect(await worker.kill('SIGTERM')).toBe(1);
  expect(Date.now() - told).toBeLessThan(8_000);
  expect(worker.output()).toContain('Still not ended 2 s after the signal');
});
