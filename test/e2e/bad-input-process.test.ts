import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, makeProject, startSystem, typesOf, until } from './support.ts';

/** What a handler can do to its whole process. Each tells by a file how far it has come. */
const DEADLY = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const exits = new Action({
  name: 'bad.exits',
  handler: async (input, ctx) => {
    writeFileSync('exits-' + ctx.attempt, '');
    if (ctx.attempt === 1) process.exit(3);
    return 'second process';
  },
});

export const blocks = new Action({
  name: 'bad.blocks',
  retry: { maximumAttempts: 1 },
  handler: async () => {
    const end = Date.now() + 3_000;
    while (Date.now() < end);
    return 'unblocked';
  },
});

export const sibling = new Action({
  name: 'good.sibling',
  retry: { maximumAttempts: 1 },
  handler: async (input, ctx) => {
    writeFileSync('sibling', '');
    while (!existsSync('go')) await setTimeout(20);
    return { attempt: ctx.attempt };
  },
});
`;
const FILES = { 'src/actions/deadly.ts': DEADLY };

test('a handler that ends its process costs one attempt, and the next process completes the invocation', async () => {
  const project = makeProject(FILES);
  const first = await startSystem(project);
  const { id } = await body(await first.invoke('bad.exits', {}, { prefer: 'respond-async' }));
  expect(await first.ended).toBe(3);

  const second = await startSystem(project);
  await until(
    second,
    async () => (await body(await second.get(`/v1/invocations/${id}`))).status !== 'running',
  );
  const audit = await second.audit(id);
  expect(audit.invocation).toMatchObject({ status: 'completed', attempts: 2, output: 'second process' });
  expect(typesOf(audit)).toContain('attempt.timed_out 1');
});

test('a handler that blocks the event loop for 3 s fails neither itself nor a sibling', async () => {
  const project = makeProject(FILES);
  const system = await startSystem(project);
  const sibling = await body(await system.invoke('good.sibling', {}, { prefer: 'respond-async' }));
  await until(system, () => existsSync(join(project.root, 'sibling')));
  expect(await body(await system.invoke('bad.blocks', {}))).toMatchObject({
    ...{ status: 'completed', attempts: 1, output: 'unblocked' },
  });
  writeFileSync(join(project.root, 'go'), '');
  await until(system, async () => (await body(await system.get(sibling.links.self))).status !== 'running');
  expect(await body(await system.get(sibling.links.self))).toMatchObject({
    status: 'completed',
    attempts: 1,
  });
});
