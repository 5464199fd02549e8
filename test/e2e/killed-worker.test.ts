import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, makeProject, startSystem, typesOf, until } from './support.ts';

/** Waits for the file `go` on its first attempt, so that the test can pull the plug in the middle of it. */
const GATED = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const gated = new Action({
  name: 'gated.job',
  handler: async (input: { n: number }, ctx) => {
    writeFileSync('started-' + ctx.attempt, ctx.idempotencyKey);
    while (!existsSync('go')) await setTimeout(20);
    return { attempt: ctx.attempt, key: ctx.idempotencyKey };
  },
});
`;

test('kill -9 of the worker in the middle of a handler ends in a completed invocation with the lost attempt on record', async () => {
  const project = makeProject({ 'src/actions/gated.ts': GATED });
  const first = await startSystem(project);
  const accepted = await first.invoke('gated.job', { n: 1 }, { prefer: 'respond-async' });
  expect(accepted.status).toBe(202);
  const { id } = await body(accepted);
  await until(first, () => existsSync(join(project.root, 'started-1')));

  await first.kill('SIGKILL');
  writeFileSync(join(project.root, 'go'), '');
  const second = await startSystem(project);
  await until(
    second,
    async () => (await body(await second.get(`/v1/invocations/${id}`))).status !== 'running',
  );

  const audit = await second.audit(id);
  expect(audit.invocation).toMatchObject({ id, status: 'completed', attempts: 2, output: { attempt: 2 } });
  expect(typesOf(audit)).toEqual([
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
  const [lost] = audit.entries.filter(({ type }) => type === 'attempt.timed_out');
  expect(lost!.error).toMatchObject({ type: 'WorkerLost' });
  const workers = audit.entries.flatMap(({ type, worker }) => (type === 'attempt.started' ? [worker] : []));
  expect(new Set(workers).size).toBe(2);
});
