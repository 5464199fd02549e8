import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../../src/core/action.ts';
import type { ActionContext } from '../../../src/core/context.ts';
import { atFailpoint, failureOf, useSystem } from './system.ts';

const system = useSystem();
const notes: string[] = [];
const plays = new Map<string, (ctx: ActionContext) => unknown>();

const note = new Action({
  name: 'enqueue.note',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => void notes.push(text),
});
const retry = { maximumAttempts: 2, initialInterval: '20ms' } as const;
const handler = async ({ name }: { name: string }, ctx: ActionContext) => {
  await ctx.enqueue(note, { text: name });
  await plays.get(name)?.(ctx);
  return { name };
};
const plain = new Action({ name: 'enqueue.plain', retry, handler });
const committing = new Action({ name: 'enqueue.committing', transactional: true, retry, handler });

const noted = (name: string) => notes.filter((text) => text === name).length;
const listed = async () =>
  (await system.client.invocations.list({ name: 'enqueue.note', limit: 200 })).items.length;

beforeAll(async () => void (await system.session.store()));

describe.each([
  ['a plain action', plain],
  ['a transactional action', committing],
])('what %s enqueues', (kind, action) => {
  test('starts once, after it has completed, and is in its audit', async () => {
    const handle = await system.client.action(action).start({ name: `${kind} 1` });
    await handle.result();
    const { entries } = await handle.audit();
    const started = entries.find(({ type }) => type === 'enqueued.started')!;
    expect(started.name).toBe('enqueue.note');
    expect(await system.closed(started.invocation!)).toMatchObject({
      status: 'completed',
      name: 'enqueue.note',
    });
    expect(noted(`${kind} 1`)).toBe(1);
  });

  test('is dropped with an attempt that fails, and not doubled by the next', async () => {
    plays.set(`${kind} 2`, ({ attempt }) => {
      if (attempt === 1) throw new Error('no');
    });
    await system.client.action(action).invoke({ name: `${kind} 2` });
    await expect.poll(() => noted(`${kind} 2`)).toBe(1);
    plays.set(`${kind} 3`, () => Promise.reject(new Error('no')));
    const before = await listed();
    await failureOf(system.client.action(action).invoke({ name: `${kind} 3` }));
    expect(noted(`${kind} 3`)).toBe(0);
    expect(await listed()).toBe(before);
  });

  test('joins the invocation of its key', async () => {
    plays.set(`${kind} 4`, async (ctx) => {
      await ctx.enqueue('enqueue.note', { text: `${kind} keyed` }, { key: kind });
      await ctx.enqueue('enqueue.note', { text: `${kind} keyed` }, { key: kind });
    });
    await system.client.action(action).invoke({ name: `${kind} 4` });
    await system.client.action(action).invoke({ name: `${kind} 4` });
    await expect.poll(() => noted(`${kind} 4`)).toBe(2);
    expect(noted(`${kind} keyed`)).toBe(1);
  });

  test('is refused at once when it is unknown or its input is not valid', async () => {
    plays.set(`${kind} 5`, (ctx) => ctx.enqueue('enqueue.nothing', {}));
    expect(
      (await failureOf(system.client.action(action).invoke({ name: `${kind} 5` }))).invocation.error,
    ).toMatchObject({ type: 'ACTION_NOT_FOUND' });
    plays.set(`${kind} 6`, (ctx) => ctx.enqueue(note, { text: 7 }));
    expect(
      (await failureOf(system.client.action(action).invoke({ name: `${kind} 6` }))).invocation.error,
    ).toMatchObject({ type: 'INPUT_INVALID' });
    expect(noted(`${kind} 6`)).toBe(0);
  });
});

test('a commit of which nothing was heard still starts what it enqueued, once', async () => {
  atFailpoint((name) => {
    if (name === 'attempt.beforeReport') throw new Error('cut off');
  });
  const handle = await system.client.action(committing).start({ name: 'unheard' });
  await expect(handle.result()).resolves.toEqual({ name: 'unheard' });
  await expect.poll(() => noted('unheard')).toBe(1);
});

test('too much for one result is found before the commit', async () => {
  plays.set('heavy', async (ctx) => {
    for (let n = 0; n < 6; n++) await ctx.enqueue(note, { text: 'x'.repeat(100_000) });
  });
  const { invocation } = await failureOf(system.client.action(committing).invoke({ name: 'heavy' }));
  expect(invocation.error?.message).toContain('larger than 512 KiB');
  expect(noted('heavy')).toBe(0);
});
