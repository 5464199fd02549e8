import { beforeEach, expect, test } from 'vitest';
import { Action } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';

let made: string[] = [];
let after: (attempt: number) => unknown = () => undefined;
beforeEach(() => {
  made = [];
  after = () => undefined;
});

const charge = new Action({
  name: 'testing.charge',
  retry: { maximumAttempts: 3, initialInterval: '1m' },
  handler: async (_: null, ctx) => {
    const call = (name: string) =>
      ctx.once(name, () => {
        made.push(`${name} ${ctx.attempt}`);
        return `${name} of attempt ${ctx.attempt}`;
      });
    const result = [await call('authorize'), await call('capture')];
    await after(ctx.attempt);
    return result;
  },
});

test('calls are made once, and later attempts get their results', async () => {
  after = (attempt) => {
    if (attempt === 1) throw new Error('after the calls');
  };
  const run = await testAction(charge).run(null);
  expect(made).toEqual(['authorize 1', 'capture 1']);
  expect(run.output).toEqual(['authorize of attempt 1', 'capture of attempt 1']);
  expect(run.calls).toEqual([
    { name: 'authorize', state: 'done', attempt: 1 },
    { name: 'capture', state: 'done', attempt: 1 },
    { name: 'authorize', state: 'replayed', attempt: 2 },
    { name: 'capture', state: 'replayed', attempt: 2 },
  ]);
});

test('a worker that is lost between a call and its receipt leaves it unknown, and it is made again', async () => {
  const run = await testAction(charge, { crash: { 1: 'beforeReceipt' } }).run(null);
  expect(made).toEqual(['authorize 1', 'authorize 2', 'capture 2']);
  expect(run.status).toBe('completed');
  expect(run.calls).toEqual([
    { name: 'authorize', state: 'unknown', attempt: 1 },
    { name: 'authorize', state: 'done', attempt: 2 },
    { name: 'capture', state: 'done', attempt: 2 },
  ]);
  expect(run.logs).toMatchObject([{ level: 'warn', attempt: 2 }]);
});

test('a call that stays unknown to the end is told by the seal', async () => {
  const crash = { 1: 'beforeReceipt', 2: 'beforeReceipt', 3: 'beforeReceipt' } as const;
  const run = await testAction(charge, { crash }).run(null);
  expect(made).toEqual(['authorize 1', 'authorize 2', 'authorize 3']);
  expect(run.status).toBe('failed');
  expect(run.calls).toEqual([{ name: 'authorize', state: 'unknown', attempt: 3 }]);
});

test('receipts are of one run', async () => {
  const t = testAction(charge);
  await Promise.all([t.run(null), t.run(null)]);
  expect(made).toHaveLength(4);
});

test('a lost worker does nothing after the call, and leaves no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const seen: number[] = [];
  after = (attempt) => seen.push(attempt);
  const before = timers();
  await testAction(charge, { crash: { 1: 'beforeReceipt' } }).run(null);
  expect(timers()).toBe(before);
  expect(seen).toEqual([2]);
});

test('a crash at a receipt that is never written fails the test', async () => {
  const without = new Action({ name: 'testing.charge-nothing', handler: () => null });
  await expect(testAction(without, { crash: { 1: 'beforeReceipt' } }).run(undefined)).rejects.toThrow(
    /^Attempt 1 .* "beforeReceipt" .* no call by `ctx.once`/,
  );
});
