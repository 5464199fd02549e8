import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, makeProject, startSystem, typesOf, until } from './support.ts';

const LASTING = `
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const lasting = new Action({
  name: 'lasting.job',
  handler: async (input: { ms: number }, ctx) => {
    writeFileSync('started', '');
    await setTimeout(input.ms);
    return { attempt: ctx.attempt };
  },
});
`;

test('SIGTERM answers who waits with 202, lets the running attempt end, and exits with 0', async () => {
  const project = makeProject({ 'src/actions/lasting.ts': LASTING });
  const system = await startSystem(project);
  const waiting = system.invoke('lasting.job', { ms: 3_000 });
  await until(system, () => existsSync(join(project.root, 'started')));
  const ended = system.kill('SIGTERM');

  const answer = await waiting;
  expect(answer.status).toBe(202);
  const { id } = await body(answer);
  expect(await ended).toBe(0);

  const next = await startSystem(project);
  await until(next, async () => (await body(await next.get(`/v1/invocations/${id}`))).status !== 'running');
  const audit = await next.audit(id);
  expect(audit.invocation).toMatchObject({ status: 'completed', output: { attempt: 1 } });
});

test('cancelling a running attempt tells its handler and is on record to its end', async () => {
  const project = makeProject({
    'src/actions/waiting.ts': `
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { Action } from '@do-sdk/core';

export const waiting = new Action({
  name: 'waiting.job',
  handler: async (_input: null, { signal }) => {
    writeFileSync('started', '');
    await once(signal, 'abort');
    writeFileSync('stopped', '');
    signal.throwIfAborted();
  },
});
`,
  });
  const system = await startSystem(project);
  const { id } = await body(await system.invoke('waiting.job', null, { prefer: 'respond-async' }));
  await until(system, () => existsSync(join(project.root, 'started')));
  const asked = await fetch(`${system.url}/v1/invocations/${id}/cancel`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.key}` },
  });
  expect(asked.status).toBe(202);
  await until(
    system,
    async () => (await body(await system.get(`/v1/invocations/${id}`))).status === 'cancelled',
  );

  expect(existsSync(join(project.root, 'stopped'))).toBe(true);
  expect(typesOf(await system.audit(id))).toEqual([
    'invocation.started',
    'attempt.scheduled 1',
    'attempt.started 1',
    'cancel.requested',
    'attempt.cancelled 1',
    'invocation.cancelled',
  ]);
});
