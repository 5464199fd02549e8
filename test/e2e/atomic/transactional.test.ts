import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Action } from '../../../src/core/action.ts';
import type { ActionContext } from '../../../src/core/context.ts';
import { atFailpoint, failureOf, told, useSystem } from './system.ts';

const system = useSystem();
const ran = new Map<string, number>();
/** How the handler behaves, by the name in its input. */
const plays = new Map<string, (ctx: ActionContext) => unknown>();

const insert = new Action({
  name: 'atomic.insert',
  transactional: true,
  timeout: '1500ms',
  retry: { maximumAttempts: 2, initialInterval: '20ms' },
  handler: async ({ name }: { name: string }, ctx) => {
    ran.set(name, (ran.get(name) ?? 0) + 1);
    await ctx.tx.query('insert into effects values ($1, $2)', [name, ctx.attempt]);
    return (await plays.get(name)?.(ctx)) ?? { name };
  },
});

const effectsOf = async (name: string): Promise<number> => {
  const { rows } = await system.sql.query<{ n: number }>(
    'select count(*)::int as n from effects where name = $1',
    [name],
  );
  return rows[0]!.n;
};

beforeAll(async () => void (await system.sql.query('create table effects (name text, attempt int)')));
beforeEach(() => void ran.clear());
const start = (name: string, options = {}) => system.client.action(insert).start({ name }, options);

describe('an action that is transactional', () => {
  test('commits its effect with its output', async () => {
    const handle = await start('plain');
    await expect(handle.result()).resolves.toEqual({ name: 'plain' });
    expect(await effectsOf('plain')).toBe(1);
    expect(told((await handle.audit()).entries)).toEqual([
      'invocation.started',
      'attempt.completed 1',
      'invocation.completed',
    ]);
  });

  test('leaves nothing behind when it fails, and is told as failed only after its token is sealed', async () => {
    plays.set('thrown', () => Promise.reject(new Error('after the insert')));
    const handle = await start('thrown');
    expect((await failureOf(handle.result())).code).toBe('INVOCATION_FAILED');
    expect(await effectsOf('thrown')).toBe(0);
    expect(told((await handle.audit()).entries)).toEqual([
      'invocation.started',
      'attempt.failed 1',
      'retry.scheduled 2',
      'attempt.failed 2',
      'seal.completed 2 sealed',
      'invocation.failed',
    ]);
  });

  test('finds a broken output before it commits', async () => {
    plays.set('broken', () => ({ big: 1n }));
    const { code, invocation } = await failureOf((await start('broken')).result());
    expect(code).toBe('OUTPUT_INVALID');
    expect(invocation.attempts).toBe(1);
    expect(await effectsOf('broken')).toBe(0);
  });

  test('runs no second time when it had committed before its worker was lost', async () => {
    let cuts = 0;
    atFailpoint((name) => {
      if (name === 'attempt.beforeReport' && (cuts += 1) === 1) throw new Error('cut off');
    });
    const handle = await start('unheard');
    await expect(handle.result()).resolves.toEqual({ name: 'unheard' });
    expect(ran.get('unheard')).toBe(1);
    expect(await effectsOf('unheard')).toBe(1);
    const completed = (await handle.audit()).entries.find(({ type }) => type === 'attempt.completed');
    expect(completed).toMatchObject({ attempt: 2, committedBy: 1, output: { name: 'unheard' } });
  });

  test('is a success when the attempt of which only a failure was heard had committed', async () => {
    atFailpoint((name) => {
      if (name === 'attempt.beforeReport') throw new Error('cut off');
    });
    const handle = await start('never-heard');
    await expect(handle.result()).resolves.toEqual({ name: 'never-heard' });
    expect(await effectsOf('never-heard')).toBe(1);
    expect(told((await handle.audit()).entries).slice(-2)).toEqual([
      'seal.completed 2 committed',
      'invocation.completed',
    ]);
  });

  test('performs no effect after its failure was told, however late its handler acts', async () => {
    let acted: Promise<unknown> = Promise.resolve();
    plays.set('late', (ctx) => {
      const late = delay(4_500).then(() => ctx.tx.query(`insert into effects values ('late', 9)`));
      acted = Promise.allSettled([acted, late]);
      return late;
    });
    const { code, invocation } = await failureOf((await start('late')).result());
    expect([code, invocation.error?.type]).toEqual(['INVOCATION_FAILED', 'AttemptTimedOut']);
    await acted;
    expect(await effectsOf('late')).toBe(0);
  });

  test.each([
    ['cancelled', async (id: string) => system.session.backend.cancel(id), 'INVOCATION_CANCELLED'],
    ['terminated', async (id: string) => system.terminate(id), 'INVOCATION_TERMINATED'],
  ])('leaves nothing behind when it is %s', async (name, end, code) => {
    plays.set(name, (ctx) => delay(10_000, undefined, { signal: ctx.signal }));
    const handle = await start(name);
    await expect.poll(() => ran.get(name)).toBe(1);
    await end(handle.id);
    expect((await failureOf(handle.result())).code).toBe(code);
    expect(await effectsOf(name)).toBe(0);
  });

  test('leaves nothing behind when its deadline passes', async () => {
    plays.set('deadline', () => delay(10_000));
    const handle = await start('deadline', { deadline: '300ms' });
    expect((await failureOf(handle.result())).code).toBe('INVOCATION_TIMED_OUT');
    expect(await effectsOf('deadline')).toBe(0);
    expect(told((await handle.audit()).entries)).toContain('seal.completed 1 sealed');
  });

  test('waits with the telling for as long as the database is away', async () => {
    plays.set('away', async () => {
      atFailpoint((name) => {
        if (name === 'seal.before' && (seals += 1) < 3) throw new Error('the database is away');
      });
      throw new Error('no');
    });
    let seals = 0;
    const handle = await start('away');
    expect((await failureOf(handle.result())).code).toBe('INVOCATION_FAILED');
    // The reconciler may seal what another test has left, through the same failpoint.
    expect(seals).toBeGreaterThanOrEqual(3);
  });
});

test('another action has no transaction, and is told how to get one', async () => {
  const plain = new Action({
    name: 'atomic.plain',
    retry: { maximumAttempts: 1 },
    handler: (_, ctx) => ctx.tx.query('select 1'),
  });
  await system.session.serve([plain]);
  const { invocation } = await failureOf(system.client.action(plain).invoke({}));
  expect(invocation.error).toMatchObject({ type: 'DEFINITION_INVALID' });
  expect(invocation.error?.message).toContain('transactional: true');
});
