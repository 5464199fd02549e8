import { expect, test } from 'vitest';
import type { Transaction } from '../../src/core/context.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { describeOnEachPostgres } from './postgres.ts';
import { atFailpoint, door, planOf } from './support.ts';

const nothing = { output: null, enqueued: [] };

describeOnEachPostgres('an aborted transaction', (databases) => {
  test('is rolled back without waiting for a handler that ignores the signal, and refuses what that does later', async () => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    const abort = new AbortController();
    const { opened, open } = door();
    let late: Promise<unknown> = Promise.resolve();
    const running = commitOnce(store, planOf({ signal: abort.signal }), async (tx) => {
      await tx.query('insert into effects values (1)');
      abort.abort(new Error('attempt timed out'));
      await opened;
      late = tx.query('insert into effects values (2)');
      await late.catch(() => undefined);
      return nothing;
    });
    await expect(running).rejects.toThrow('attempt timed out');
    expect(await store.query('select id from effects')).toEqual([]);
    expect(await openTransactions(store)).toBe(0);
    open();
    await expect
      .poll(() =>
        late.then(
          () => 'ran',
          (error: { code: string }) => error.code,
        ),
      )
      .toBe('TRANSACTION_CLOSED');
    expect(await store.query('select id from effects')).toEqual([]);
  });

  test('ends the statement that is running', async () => {
    const store = await databases.store();
    const abort = new AbortController();
    const since = performance.now();
    const running = commitOnce(store, planOf({ signal: abort.signal }), async (tx) => {
      setTimeout(() => abort.abort(new Error('cancelled')), 200);
      await tx.query('select pg_sleep(15)');
      return nothing;
    });
    await expect(running).rejects.toThrow('cancelled');
    await expect.poll(() => openTransactions(store)).toBe(0);
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  test('is over at the time limit of the plan even when nobody aborts the signal', async () => {
    const store = await databases.store();
    const running = commitOnce(store, planOf({ timeoutMs: 400 }), async () => new Promise(() => undefined));
    await expect(running).rejects.toMatchObject({ type: 'TransactionTimedOut' });
    expect(await openTransactions(store)).toBe(0);
  });

  test('runs nothing when the signal is aborted before it begins', async () => {
    const store = await databases.store();
    const signal = AbortSignal.abort(new Error('shutdown'));
    await expect(commitOnce(store, planOf({ signal }), async () => nothing)).rejects.toThrow('shutdown');
  });

  test('commits nothing when it is aborted after the handler has returned, before COMMIT', async () => {
    const store = await databases.store();
    const abort = new AbortController();
    atFailpoint('tx.beforeCommit', () => abort.abort(new Error('cancelled')));
    const running = commitOnce(store, planOf({ signal: abort.signal }), async () => nothing);
    await expect(running).rejects.toThrow('cancelled');
    expect(await store.query('select * from do_sdk.outcomes')).toEqual([]);
  });

  test('leaves the transaction alone that holds the token it was waiting for', async () => {
    const store = await databases.store();
    const plan = planOf();
    const [holding, ending] = [door(), door()];
    const holder = commitOnce(store, plan, async () => {
      holding.open();
      await ending.opened;
      return nothing;
    });
    await holding.opened;
    const abort = new AbortController();
    const waiting = commitOnce(store, { ...plan, attempt: 2, signal: abort.signal }, async () => nothing);
    await expect.poll(() => waitingBackends(store)).toBe(1);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    ending.open();
    expect((await holder).attempt).toBe(1);
  });

  test('limits statements, locks and idleness to what is left of the attempt', async () => {
    const store = await databases.store();
    const names = ['statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout'];
    const { output } = await commitOnce(store, planOf({ timeoutMs: 3_000 }), async (tx) => {
      const sql = 'select name, setting::int as ms, unit from pg_settings where name = any($1)';
      return { output: (await tx.query(sql, [names])).rows, enqueued: [] };
    });
    const limits = output as { ms: number; unit: string }[];
    expect(limits).toHaveLength(3);
    for (const { ms, unit } of limits) {
      expect(unit).toBe('ms');
      expect(ms).toBeGreaterThan(2_000);
      expect(ms).toBeLessThanOrEqual(3_000);
    }
  });

  test('refuses a statement that comes after the handler has returned, before COMMIT and after it', async () => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    let kept: Transaction | undefined;
    const late = () =>
      expect(kept?.query('insert into effects values (1)')).rejects.toMatchObject({
        code: 'TRANSACTION_CLOSED',
      });
    atFailpoint('tx.beforeCommit', late);
    await commitOnce(store, planOf(), async (tx) => {
      kept = tx;
      return nothing;
    });
    await late();
    expect(await store.query('select id from effects')).toEqual([]);
  });
});

async function waitingBackends(store: { query<Row>(sql: string): Promise<Row[]> }): Promise<number> {
  const sql = 'select count(*)::int as count from pg_locks where not granted';
  return (await store.query<{ count: number }>(sql))[0]?.count ?? 0;
}

async function openTransactions(store: { query<Row>(sql: string): Promise<Row[]> }): Promise<number> {
  const sql = `select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and (xact_start is not null)`;
  return (await store.query<{ count: number }>(sql))[0]?.count ?? 0;
}
