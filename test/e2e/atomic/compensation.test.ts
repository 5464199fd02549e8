import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Action } from '../../../src/core/action.ts';
import type { ActionContext } from '../../../src/core/context.ts';
import type { CompensationInput } from '../../../src/core/definition.ts';
import { failureOf, told, useSystem } from './system.ts';

const system = useSystem();

/** The other side: what is held now, by token, and every token that ever was. */
const held = new Map<string, string>();
const tokens = new Map<string, string[]>();
const stuck = new Set<string>();
const plays = new Map<string, (ctx: ActionContext) => unknown>();

const place = (name: string, token: string): void => {
  held.set(token, name);
  tokens.set(name, [...(tokens.get(name) ?? []), token]);
};
const heldBy = (name: string): number => [...held.values()].filter((holder) => holder === name).length;

interface Hold {
  name: string;
}

const hold = new Action({
  name: 'hold.place',
  timeout: '2s',
  retry: { maximumAttempts: 3, initialInterval: '20ms' },
  handler: async ({ name }: Hold, ctx) => {
    place(name, ctx.idempotencyKey);
    return (await plays.get(name)?.(ctx)) ?? { held: name };
  },
  compensate: ({ name }, { output, error, attempt, ...ctx }) => {
    if (stuck.has(name)) throw new Error(`cannot release attempt ${attempt} (${error.type})`);
    expect(output).toBeNull();
    held.delete(ctx.idempotencyKey);
  },
  compensation: { retry: { maximumAttempts: 3, initialInterval: '10ms' } },
});

const inputs: CompensationInput[] = [];
const release = new Action({
  name: 'hold.release',
  handler: (input: CompensationInput, ctx) => {
    inputs.push(input);
    held.delete(ctx.idempotencyKey);
  },
});
const holdByAction = new Action({
  name: 'hold.place-otherwise',
  retry: { maximumAttempts: 1 },
  handler: ({ name }: Hold, ctx): string => {
    place(name, ctx.idempotencyKey);
    throw Object.assign(new Error('no'), { type: 'Refused' });
  },
  compensate: release,
});

const start = (name: string, options = {}) => system.client.action(hold).start({ name }, options);

describe('an action with a compensation', () => {
  test('takes each failed attempt back before the next, which gets a new token', async () => {
    plays.set('twice', ({ attempt }) => {
      expect(heldBy('twice')).toBe(1);
      if (attempt < 3) throw new Error('not yet');
      return undefined;
    });
    const handle = await start('twice');
    await expect(handle.result()).resolves.toEqual({ held: 'twice' });
    expect(heldBy('twice')).toBe(1);
    const [first, ...later] = tokens.get('twice')!;
    expect(later).toEqual([`${first}/1`, `${first}/2`]);
    expect(told((await handle.audit()).entries)).toEqual([
      'invocation.started',
      'attempt.failed 1',
      'compensation.completed 1',
      'retry.scheduled 2',
      'attempt.failed 2',
      'compensation.completed 2',
      'retry.scheduled 3',
      'attempt.completed 3',
      'invocation.completed',
    ]);
  });

  test('is told as failed only when nothing of it is left', async () => {
    plays.set('never', () => Promise.reject(new Error('no')));
    const { code, invocation } = await failureOf((await start('never')).result());
    expect([code, invocation.attempts]).toEqual(['INVOCATION_FAILED', 3]);
    expect(heldBy('never')).toBe(0);
  });

  test.each([
    ['cancelled', 'INVOCATION_CANCELLED', undefined],
    ['late', 'INVOCATION_TIMED_OUT', '300ms'],
  ])('is taken back when it is %s', async (name, code, deadline) => {
    plays.set(name, (ctx) => delay(10_000, undefined, { signal: ctx.signal }));
    const handle = await start(name, deadline === undefined ? {} : { deadline });
    await expect.poll(() => heldBy(name)).toBe(1);
    if (deadline === undefined) await handle.cancel();
    expect((await failureOf(handle.result())).code).toBe(code);
    expect(heldBy(name)).toBe(0);
  });

  test('that finally cannot be taken back is loud, is listed, and is taken back when an operator says so', async () => {
    stuck.add('stuck');
    plays.set('stuck', () => Promise.reject(new Error('no')));
    const handle = await start('stuck');
    const { code, invocation } = await failureOf(handle.result());
    expect([code, invocation.status, invocation.attempts]).toEqual(['COMPENSATION_FAILED', 'failed', 1]);
    expect(invocation.error?.message).toContain('cannot release attempt 1 (Error)');
    expect(told((await handle.audit()).entries).filter((line) => line.startsWith('compensation'))).toEqual(
      Array(3).fill('compensation.failed 1'),
    );
    const listed = () => system.client.invocations.list({ code: 'COMPENSATION_FAILED' });
    await expect.poll(async () => (await listed()).items.map(({ id }) => id)).toContain(handle.id);

    stuck.clear();
    const settling = await system.session.backend.compensate(handle.id);
    expect(await system.closed(settling.id)).toMatchObject({
      status: 'completed',
      settles: handle.id,
      output: { outcome: 'compensated' },
    });
    expect(heldBy('stuck')).toBe(0);
    expect(await handle.describe()).toMatchObject({ status: 'failed', settledBy: settling.id });
  });

  test('that ended in order has nothing left to be taken back', async () => {
    const handle = await start('fine');
    await handle.result();
    await expect(system.session.backend.compensate(handle.id)).rejects.toMatchObject({
      code: 'INVOCATION_SETTLED',
    });
  });
});

test('another action can compensate: it gets what failed, why, and the token of the attempt', async () => {
  expect((await failureOf(system.client.action(holdByAction).invoke({ name: 'other' }))).code).toBe(
    'INVOCATION_FAILED',
  );
  expect(heldBy('other')).toBe(0);
  expect(inputs).toEqual([
    {
      input: { name: 'other' },
      output: null,
      error: { code: 'INVOCATION_FAILED', type: 'Refused', message: 'no' },
      attempt: 1,
    },
  ]);
});
