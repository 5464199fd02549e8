import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Action } from '../../../src/core/action.ts';
import type { ActionContext } from '../../../src/core/context.ts';
import { executionOf } from '../../../src/temporal/ids.ts';
import { atFailpoint, failureOf, useSystem } from './system.ts';

const system = useSystem();
const held = new Set<string>();
const ran = new Map<string, number>();
const plays = new Map<string, (ctx: ActionContext) => unknown>();
const count = (name: string) => void ran.set(name, (ran.get(name) ?? 0) + 1);

interface Given {
  name: string;
}

const untilTold = (ctx: ActionContext) => delay(20_000, undefined, { signal: ctx.signal });

const insert = new Action({
  name: 'terminated.insert',
  transactional: true,
  handler: async ({ name }: Given, ctx) => {
    count(name);
    await ctx.tx.query('insert into effects values ($1)', [name]);
    await plays.get(name)?.(ctx);
    return { by: ctx.invocationId };
  },
});
const hold = new Action({
  name: 'terminated.hold',
  retry: { maximumAttempts: 1 },
  handler: async ({ name }: Given, ctx) => {
    count(name);
    expect(held).not.toContain(name);
    held.add(name);
    await plays.get(name)?.(ctx);
    return { held: name };
  },
  compensate: ({ name }) => {
    if (stuck.has(name)) throw new Error('the other side does not answer');
    held.delete(name);
  },
  compensation: { retry: { maximumAttempts: 1 } },
});
const stuck = new Set<string>();

const effectsOf = async (name: string): Promise<number> => {
  const text = 'select count(*)::int as n from effects where name = $1';
  return (await system.sql.query<{ n: number }>(text, [name])).rows[0]!.n;
};
const settled = async (id: string) => {
  await expect
    .poll(async () => (await system.client.invocations.get(id)).settledBy, { timeout: 20_000 })
    .toBeDefined();
  return await system.closed((await system.client.invocations.get(id)).settledBy!);
};

beforeAll(async () => void (await system.sql.query('create table effects (name text)')));

describe('an invocation that is terminated, which runs no code of its own', () => {
  test('is taken back by an invocation of its own', async () => {
    plays.set('left', untilTold);
    const handle = await system.client.action(hold).start({ name: 'left' });
    await expect.poll(() => held.has('left')).toBe(true);
    await system.terminate(handle.id);
    expect(await settled(handle.id)).toMatchObject({
      name: 'terminated.hold:settle',
      status: 'completed',
      settles: handle.id,
      output: { outcome: 'compensated' },
    });
    expect(held).not.toContain('left');
  });

  test('is told as committed where it had, by the invocation that settles it', async () => {
    atFailpoint(async (name) => {
      if (name === 'attempt.beforeReport') await system.terminate(handle.id);
    });
    const handle = await system.client.action(insert).start({ name: 'committed' });
    expect((await failureOf(handle.result())).code).toBe('INVOCATION_TERMINATED');
    expect(await settled(handle.id)).toMatchObject({
      output: { outcome: 'committed', output: { by: handle.id } },
    });
    expect(await effectsOf('committed')).toBe(1);
  });
});

describe('a repeat under the key of a terminated invocation', () => {
  test('settles it before its own first attempt', async () => {
    plays.set('again', untilTold);
    const first = await system.client.action(hold).start({ name: 'again' }, { idempotencyKey: 'again' });
    await expect.poll(() => held.has('again')).toBe(true);
    await system.terminate(first.id);
    plays.delete('again');
    const second = await system.client.action(hold).start({ name: 'again' }, { idempotencyKey: 'again' });
    await expect(second.result()).resolves.toEqual({ held: 'again' });
    expect(second.id).not.toBe(first.id);
    const types = (await second.audit()).entries.map(({ type, state }) => [type, state].join(' ').trim());
    expect(types.indexOf('predecessor.completed compensated')).toBeLessThan(
      types.indexOf('attempt.scheduled'),
    );
    expect(types).toContain('predecessor.completed compensated');
  });

  test('has the outcome of one that had committed, and runs nothing', async () => {
    let first = { id: '' };
    atFailpoint(async (name) => {
      if (name === 'attempt.beforeReport' && ran.get('once') === 1) await system.terminate(first.id);
    });
    first = await system.client.action(insert).start({ name: 'once' }, { idempotencyKey: 'once' });
    await expect.poll(async () => (await system.client.invocations.get(first.id)).status).toBe('terminated');
    const output = await system.client.action(insert).invoke({ name: 'once' }, { idempotencyKey: 'once' });
    expect(output).toEqual({ by: first.id });
    expect([ran.get('once'), await effectsOf('once')]).toEqual([1, 1]);
  });

  test('reaches back over a repeat that was itself ended before it had begun anything', async () => {
    let first = { id: '' };
    atFailpoint(async (name) => {
      if (name === 'attempt.beforeReport' && ran.get('twice') === 1) await system.terminate(first.id);
    });
    const options = { idempotencyKey: 'twice' };
    first = await system.client.action(insert).start({ name: 'twice' }, options);
    await expect.poll(async () => (await system.client.invocations.get(first.id)).status).toBe('terminated');
    const second = await system.client.action(insert).start({ name: 'twice' }, { ...options, delay: '1h' });
    await system.terminate(second.id);
    expect(await system.client.action(insert).invoke({ name: 'twice' }, options)).toEqual({ by: first.id });
    expect([ran.get('twice'), await effectsOf('twice')]).toEqual([1, 1]);
  });

  test('is taken back again first where that had failed finally', async () => {
    stuck.add('stuck');
    plays.set('stuck', () => Promise.reject(new Error('no')));
    const options = { idempotencyKey: 'stuck' };
    const attempt = () => system.client.action(hold).invoke({ name: 'stuck' }, options);
    expect((await failureOf(attempt())).code).toBe('COMPENSATION_FAILED');
    // Nothing acts as long as that remains.
    const { code, invocation } = await failureOf(attempt());
    expect([code, invocation.attempts, ran.get('stuck')]).toEqual(['COMPENSATION_FAILED', 0, 1]);
    stuck.clear();
    plays.delete('stuck');
    expect(await attempt()).toEqual({ held: 'stuck' });
    expect(ran.get('stuck')).toBe(2);
  });

  test('never commits together with an attempt that is still running', async () => {
    plays.set('racing', () => delay(2_000));
    const first = await system.client.action(insert).start({ name: 'racing' }, { idempotencyKey: 'racing' });
    await expect.poll(() => ran.get('racing')).toBe(1);
    await system.terminate(first.id);
    plays.delete('racing');
    await system.client.action(insert).invoke({ name: 'racing' }, { idempotencyKey: 'racing' });
    await expect.poll(() => ran.get('racing')).toBe(2);
    await delay(0);
    await expect.poll(async () => (await settled(first.id)).status).toBe('completed');
    expect(await effectsOf('racing')).toBe(1);
  });
});

test('an invocation that an operator resets goes on under its id, with its token, and is not settled', async () => {
  const tokens: string[] = [];
  plays.set('reset', (ctx) => void tokens.push(ctx.idempotencyKey));
  const first = await system.client.action(insert).start({ name: 'reset' });
  await first.result();
  const { connection, namespace } = system.session.temporal;
  await connection.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: executionOf(first.id).workflowId },
    reason: 'a test',
    workflowTaskFinishEventId: 4 as never,
    requestId: randomUUID(),
  });
  expect(await first.result()).toEqual({ by: first.id });
  const { invocation } = await first.audit();
  expect([invocation.id, invocation.status, invocation.settledBy]).toEqual([
    first.id,
    'completed',
    undefined,
  ]);
  // It had committed before: the repeated attempt found that, and ran nothing.
  expect([tokens.length, await effectsOf('reset')]).toEqual([1, 1]);
});
