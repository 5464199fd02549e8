import { Client } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Transaction } from '../../src/core/context.ts';
import { seal } from '../../src/store/seal.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { describeOnEachPostgres } from './postgres.ts';
import { atFailpoint, door, planOf } from './support.ts';

const nothing = { output: null, enqueued: [] };

describeOnEachPostgres('a handler in its transaction', (databases) => {
  const run = async (work: (tx: Transaction) => Promise<unknown>) => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    const running = commitOnce(store, planOf(), async (tx) => ({ output: await work(tx), enqueued: [] }));
    return { store, running, effects: () => store.query('select id from effects order by id') };
  };

  test('gets errors of Postgres as pg throws them', async () => {
    const { running } = await run((tx) => tx.query('select 1/0'));
    await expect(running).rejects.toMatchObject({ name: 'error', code: '22012' });
  });

  test('that goes on after a failed statement is told so, with the first error as the cause', async () => {
    const { running, effects } = await run(async (tx) => {
      await tx.query('insert into effects values (1)');
      await tx.query('select 1/0').catch(() => undefined);
      await tx.query('insert into effects values (2)').catch(() => undefined);
    });
    await expect(running).rejects.toMatchObject({ type: 'TransactionAborted', cause: { code: '22012' } });
    expect(await effects()).toEqual([]);
  });

  test('may fail in part between savepoints', async () => {
    const { running, effects } = await run(async (tx) => {
      await tx.query('savepoint part');
      await tx.query('select 1/0').catch(() => undefined);
      await tx.query('rollback to savepoint part');
      await tx.query('insert into effects values (1)');
      await tx.query('release savepoint part');
    });
    await running;
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test.each(['commit', '/* now */ COMMIT', '; end', 'rollback', 'begin', "prepare transaction 'x'"])(
    'may not say %j, and goes on as if it had not',
    async (sql) => {
      const { running, effects } = await run(async (tx) => {
        await tx.query('insert into effects values (1)');
        await expect(tx.query(sql)).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' });
        await tx.query('insert into effects values (2)');
      });
      await running;
      expect(await effects()).toHaveLength(2);
    },
  );

  test.each([
    ['two statements in one', 'select 1; commit', '42601'],
    ['a block that commits', 'do $$ begin commit; end $$', '2D000'],
  ])('may not end the transaction by %s', async (_how, sql, code) => {
    const { running, effects } = await run(async (tx) => {
      await tx.query('insert into effects values (1)');
      await tx.query(sql);
    });
    await expect(running).rejects.toMatchObject({ code });
    expect(await effects()).toEqual([]);
  });

  test('that ends the transaction by a way nobody has thought of is found out, for good', async () => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    const plan = planOf();
    const escaping = commitOnce(store, plan, async (tx) => {
      await tx.query('insert into effects values (1)');
      smuggle('select 2', 'commit');
      await tx.query('select 2');
      return nothing;
    });
    const error = { type: 'TransactionEscaped', nonRetryable: true };
    await expect(escaping).rejects.toMatchObject(error);
    await expect(commitOnce(store, plan, async () => nothing)).rejects.toMatchObject(error);
    expect(await seal(store, plan)).toEqual({ state: 'sealed' });
    expect(await store.query('select state from do_sdk.outcomes')).toEqual([{ state: 'sealed' }]);
  });

  test('that begins anew after that is found out too', async () => {
    const { running } = await run(async (tx) => {
      smuggle('select 2', 'commit; begin');
      await tx.query('select 2');
    });
    await expect(running).rejects.toMatchObject({ type: 'TransactionEscaped' });
  });

  test('is not done when Postgres answers COMMIT by ROLLBACK', async () => {
    const { running, effects } = await run(async (tx) => {
      await tx.query('insert into effects values (1)');
      smuggle('commit', 'rollback');
    });
    await expect(running).rejects.toMatchObject({ type: 'TransactionAborted' });
    expect(await effects()).toEqual([]);
  });

  test('hears of a constraint that is checked only at COMMIT', async () => {
    const { running, effects } = await run(async (tx) => {
      await tx.query('alter table effects add unique (id) deferrable initially deferred');
      await tx.query('alter table effects drop constraint effects_pkey');
      await tx.query('insert into effects values (1), (1)');
    });
    await expect(running).rejects.toMatchObject({ code: '23505' });
    expect(await effects()).toEqual([]);
  });

  test('may leave a statement behind when it returns, which is still part of the whole', async () => {
    const { running, effects } = await run(async (tx) => {
      void tx.query('insert into effects values (1)');
      void tx.query('insert into effects values (2)');
    });
    await running;
    expect(await effects()).toHaveLength(2);
  });

  test('may ask many things at once; the connection takes them one by one', async () => {
    const { running } = await run((tx) =>
      Promise.all([1, 2, 3].map(async (n) => (await tx.query('select $1::int as n', [n])).rows[0])),
    );
    expect((await running).output).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test('hears what is wrong with a parameter, and can go on', async () => {
    const { running, effects } = await run(async (tx) => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      await expect(tx.query('select $1', [circle])).rejects.toThrow(/circular/i);
      await tx.query('insert into effects values (1)');
    });
    await running;
    expect(await effects()).toHaveLength(1);
  });

  test('leaves no setting, lock or temporary table to the next one', async () => {
    const store = await databases.store(undefined, { maxConnections: 1 });
    await commitOnce(store, planOf(), async (tx) => {
      await tx.query(`set search_path to elsewhere`);
      await tx.query('select pg_advisory_lock(42)');
      await tx.query('create temporary table mine (id int)');
      return nothing;
    });
    const { output } = await commitOnce(store, planOf(), async (tx) => {
      const sql = `select current_setting('search_path') as path, to_regclass('pg_temp.mine')::text as mine,
        (select count(*)::int from pg_locks where locktype = 'advisory' and objid = 42) as locks`;
      return { output: (await tx.query(sql)).rows, enqueued: [] };
    });
    expect(output).toEqual([{ path: '"$user", public', mine: null, locks: 0 }]);
  });

  test.each([
    ['passes on', (error: Error) => Promise.reject(error)],
    ['swallows', () => undefined],
  ])('is run again after a conflict that it %s', async (_what, deal) => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key, n int)');
    await store.query('insert into effects values (1, 0)');
    const both = [door(), door()];
    const work = vi.fn(async (tx: Transaction, mine: number) => {
      await tx.query('set local deadlock_timeout = 50');
      await tx.query('select pg_advisory_xact_lock($1)', [mine]);
      both[mine]?.open();
      await both[1 - mine]?.opened;
      await tx.query('select pg_advisory_xact_lock($1)', [1 - mine]).catch(deal);
      await tx.query('update effects set n = n + 1').catch(deal);
      return nothing;
    });
    await Promise.all([0, 1].map((mine) => commitOnce(store, planOf(), (tx) => work(tx, mine))));
    expect(await store.query('select n from effects')).toEqual([{ n: 2 }]);
    expect(work.mock.calls.length).toBeGreaterThan(2);
  });

  test('loses no update to another when the database is serializable', async () => {
    const url = new URL(await databases.fresh());
    url.searchParams.set('options', '-c default_transaction_isolation=serializable');
    const store = await databases.store(url.href);
    await store.query('create table effects (n int)');
    await store.query('insert into effects values (0)');
    const add = () =>
      commitOnce(store, planOf(), async (tx) => {
        const [row] = (await tx.query<{ n: number }>('select n from effects')).rows;
        await tx.query('update effects set n = $1', [(row?.n ?? 0) + 1]);
        return nothing;
      });
    await Promise.all(Array.from({ length: 5 }, add));
    expect(await store.query('select n from effects')).toEqual([{ n: 5 }]);
  });

  test('takes the token from another backend that does not finish', async () => {
    const store = await databases.store();
    const plan = planOf();
    const [holding, ending] = [door(), door()];
    const first = commitOnce(store, plan, async () => {
      holding.open();
      await ending.opened;
      return nothing;
    });
    await holding.opened;
    const second = await commitOnce(store, { ...plan, attempt: 2 }, async () => nothing);
    expect(second.attempt).toBe(2);
    ending.open();
    await expect(first).rejects.toMatchObject({ type: 'TransactionEnded' });
  });

  test('that was committed elsewhere in the meantime yields to the stored outcome', async () => {
    const store = await databases.store();
    const plan = planOf();
    let once = true;
    atFailpoint('tx.begun', async () => {
      if (!once) return;
      once = false;
      await commitOnce(store, plan, async () => ({ output: 'theirs', enqueued: [] }));
    });
    const mine = await commitOnce(store, { ...plan, attempt: 2 }, async () => ({
      output: 'mine',
      enqueued: [],
    }));
    expect(mine).toEqual({ output: 'theirs', enqueued: [], attempt: 1 });
  });

  /** No statement that a handler may send ends the transaction, so one is exchanged behind the guard. */
  function smuggle(instead: string, sql: string): void {
    const query = Reflect.get(Client.prototype, 'query') as (...args: unknown[]) => undefined;
    const spy = vi.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: Client,
      ...args: unknown[]
    ) {
      const isMarked = (args[0] as { text?: string }).text === instead;
      return query.apply(this, isMarked ? [sql] : args);
    });
    onTestFinished(() => spy.mockRestore());
  }
});
