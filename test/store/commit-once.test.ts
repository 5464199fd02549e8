import { expect, test, vi } from 'vitest';
import { seal } from '../../src/store/seal.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { describeOnEachPostgres } from './postgres.ts';
import { planOf } from './support.ts';

describeOnEachPostgres('commitOnce', (databases) => {
  test('commits the effect, the output and what was enqueued together', async () => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    const plan = planOf();
    const committed = await commitOnce(store, plan, async (tx) => {
      await tx.query('insert into effects values ($1)', [7]);
      return { output: { id: 7 }, enqueued: [{ action: 'email.send' }] };
    });
    expect(committed).toEqual({ output: { id: 7 }, enqueued: [{ action: 'email.send' }], attempt: 1 });
    expect(await store.query('select id from effects')).toEqual([{ id: 7 }]);
    expect(await store.query('select state, attempt, action, output from do_sdk.outcomes')).toEqual([
      { state: 'committed', attempt: 1, action: 'bank.transfer', output: '{"id":7}' },
    ]);
  });

  test('answers a repeated token with the stored outcome and does not run the work again', async () => {
    const store = await databases.store();
    const plan = planOf();
    const first = await commitOnce(store, plan, async () => ({ output: 'first', enqueued: [1] }));
    const work = vi.fn(async () => ({ output: 'second', enqueued: [] }));
    expect(await commitOnce(store, { ...plan, attempt: 2 }, work)).toEqual(first);
    expect(work).not.toHaveBeenCalled();
  });

  test('keeps nothing of a handler that throws, and lets the next attempt commit', async () => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    const plan = planOf();
    const failed = commitOnce(store, plan, async (tx) => {
      await tx.query('insert into effects values (1)');
      throw new Error('no such account');
    });
    await expect(failed).rejects.toThrow('no such account');
    expect(await store.query('select * from effects')).toEqual([]);
    expect(await store.query('select * from do_sdk.outcomes')).toEqual([]);
    const next = await commitOnce(store, { ...plan, attempt: 2 }, async () => ({ output: 1, enqueued: [] }));
    expect(next.attempt).toBe(2);
  });

  test('refuses an attempt whose token is sealed, for good', async () => {
    const store = await databases.store();
    const plan = planOf();
    expect(await seal(store, plan)).toEqual({ state: 'sealed' });
    const late = commitOnce(store, plan, async () => ({ output: null, enqueued: [] }));
    await expect(late).rejects.toMatchObject({ type: 'LateAttempt', nonRetryable: true });
  });

  test('commits to disk even where the database does not wait for it', async () => {
    const url = new URL(await databases.fresh());
    url.searchParams.set('options', '-c synchronous_commit=off');
    const store = await databases.store(url.href);
    const { output } = await commitOnce(store, planOf(), async (tx) => ({
      output: (await tx.query('show synchronous_commit')).rows,
      enqueued: [],
    }));
    expect(output).toEqual([{ synchronous_commit: 'on' }]);
  });

  test('tells a database that takes no writes from a mistake of the handler', async () => {
    const url = await databases.fresh();
    await (await databases.store(url)).query('select 1');
    const readOnly = new URL(url);
    readOnly.searchParams.set('options', '-c default_transaction_read_only=on');
    const store = await databases.store(readOnly.href);
    const failing = commitOnce(store, planOf(), async () => ({ output: null, enqueued: [] }));
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { code: '25006' } });
    await expect(seal(store, planOf())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('gives back exactly what a repeated token gets, as JSON has it', async () => {
    const store = await databases.store();
    const plan = planOf();
    const odd = { at: new Date(0), none: undefined, nul: '\u0000', half: '\ud800', text: ['ü', '🙂'] };
    const first = await commitOnce(store, plan, async () => ({ output: odd, enqueued: [] }));
    expect(first.output).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      nul: '\u0000',
      half: '\ud800',
      text: ['ü', '🙂'],
    });
    expect(await commitOnce(store, plan, () => Promise.reject(new Error('ran again')))).toEqual(first);
    const empty = await commitOnce(store, planOf(), async () => ({ output: undefined, enqueued: [] }));
    expect(empty.output).toBeNull();
  });
});
