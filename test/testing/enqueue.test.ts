import { expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';

let noted = 0;
const note = new Action({
  name: 'testing.note',
  input: z.object({ text: z.string(), language: z.string().default('en') }),
  handler: () => void noted++,
});

const signUp = new Action({
  name: 'testing.sign-up',
  retry: { maximumAttempts: 2, initialInterval: '1m' },
  handler: async (text: string, ctx) => {
    await ctx.enqueue(note, { text });
    await ctx.enqueue('testing.note', { text: 'keyed' }, { key: `note-${text}` });
    if (text === `fails at ${ctx.attempt}` || text === 'fails') throw new Error('after it has enqueued');
  },
});

const enqueued = (text: string) => [
  { name: 'testing.note', input: { text }, key: null },
  { name: 'testing.note', input: { text: 'keyed' }, key: `note-${text}` },
];

test('what the attempt that completed has enqueued is told, and not run', async () => {
  const run = await testAction(signUp).run('u1');
  expect(run.enqueued).toEqual(enqueued('u1'));
  expect(noted).toBe(0);
  expect(run.entries.filter(({ type }) => type === 'enqueued.started')).toHaveLength(2);
});

test('what an attempt that failed has enqueued is dropped with it', async () => {
  expect((await testAction(signUp).run('fails at 1')).enqueued).toEqual(enqueued('fails at 1'));
  const run = await testAction(signUp).run('fails');
  expect(run).toMatchObject({ status: 'failed', enqueued: [] });
  expect(run.entries.filter(({ type }) => type.startsWith('enqueued'))).toEqual([]);
});

test('what has committed is released once, though its worker was lost', async () => {
  const committing = new Action({
    name: 'testing.sign-up-with-commit',
    transactional: true,
    handler: (text: string, ctx) => ctx.enqueue(note, { text }),
  });
  const tx = { query: () => Promise.reject(new Error('unused')) };
  const run = await testAction(committing, { tx, crash: { 1: 'afterCommit' } }).run('u1');
  expect(run).toMatchObject({ status: 'completed', enqueued: enqueued('u1').slice(0, 1) });
});

test.each<[string, unknown, string]>([
  ['an action that the test has not imported', 'testing.nowhere', 'ACTION_NOT_FOUND'],
  ['an input that its schema refuses', 'testing.note', 'INPUT_INVALID'],
])('%s is refused at once', async (_, name, type) => {
  const wrong = new Action({
    name: `testing.sign-up-${type.toLowerCase().replaceAll('_', '-')}`,
    handler: (_input: null, ctx) => ctx.enqueue(name as string, { text: 7 }),
  });
  const run = await testAction(wrong).run(null);
  expect(run).toMatchObject({ status: 'failed', error: { type }, enqueued: [] });
});
