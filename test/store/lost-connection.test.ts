import { expect, test } from 'vitest';
import { commitOnce } from '../../src/store/transaction.ts';
import { Store } from '../../src/store/store.ts';
import { describeOnEachPostgres } from './postgres.ts';
import { planOf, throughProxy } from './support.ts';

const COMMIT = 'commit\0';
const HOLDERS = `select pid from pg_locks where locktype = 'advisory'`;
const insert = (id: number) => `insert into effects values (${id})`;

describeOnEachPostgres('a connection lost', (databases) => {
  /** A store whose way to Postgres can fail, and one beside it that sees what is there. */
  async function pair() {
    const direct = await databases.fresh();
    const { url, proxy } = await throughProxy(direct);
    const witness = await databases.store(direct);
    await witness.query('create table effects (id int primary key)');
    const store = await databases.store(url);
    const effects = () => witness.query('select id from effects');
    return { store, proxy, effects };
  }

  const inserting = (store: Store, plan = planOf(), id = 1) =>
    commitOnce(store, plan, async (tx) => {
      await tx.query(insert(id));
      return { output: id, enqueued: [] };
    });

  test('before COMMIT arrives: nothing is kept, and the next attempt commits', async () => {
    const { store, proxy, effects } = await pair();
    const plan = planOf();
    const struck = proxy.on(COMMIT, 'cut-before');
    await expect(inserting(store, plan)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await struck;
    expect(await effects()).toEqual([]);
    expect(await inserting(store, { ...plan, attempt: 2 })).toMatchObject({ output: 1, attempt: 2 });
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test('silently before COMMIT arrives: the transaction is ended before its outcome is told', async () => {
    const { store, proxy, effects } = await pair();
    const plan = planOf({ timeoutMs: 3_000 });
    const struck = proxy.on(COMMIT, 'stall');
    await expect(inserting(store, plan)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await struck;
    await expect.poll(() => store.query(HOLDERS), { timeout: 300 }).toEqual([]);
    expect(await inserting(store, { ...plan, attempt: 2 })).toMatchObject({ attempt: 2 });
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test('before the answer to COMMIT: the outcome is looked up and reported', async () => {
    const { store, proxy, effects } = await pair();
    const struck = proxy.on(COMMIT, 'cut-after');
    expect(await inserting(store)).toEqual({ output: 1, enqueued: [], attempt: 1 });
    await struck;
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test('silently before the answer to COMMIT: the outcome is looked up on another connection', async () => {
    const { store, proxy, effects } = await pair();
    const struck = proxy.on(COMMIT, 'swallow');
    expect(await inserting(store, planOf({ timeoutMs: 3_000 }))).toMatchObject({ output: 1, attempt: 1 });
    await struck;
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test('for good at COMMIT: the outcome is unknown, and the next attempt finds it', async () => {
    const { store, proxy, effects } = await pair();
    const plan = planOf({ timeoutMs: 1_500 });
    void proxy.on(COMMIT, 'swallow').then(() => proxy.blackhole());
    const failed = inserting(store, plan);
    await expect(failed).rejects.toMatchObject({ type: 'CommitUnknown', nonRetryable: false });
    proxy.heal();
    proxy.cut();
    const again = await inserting(store, { ...plan, attempt: 2, timeoutMs: 10_000 });
    expect(again).toEqual({ output: 1, enqueued: [], attempt: 1 });
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test('in the handler: its own error is reported, not that of the ROLLBACK', async () => {
    const { store, proxy, effects } = await pair();
    const failing = commitOnce(store, planOf(), async (tx) => {
      await tx.query(insert(1));
      proxy.cut();
      await tx.query('select 1').catch(() => undefined);
      throw new Error('no such account');
    });
    await expect(failing).rejects.toThrow('no such account');
    await expect.poll(effects).toEqual([]);
  });

  test('in the handler, which does not notice: the attempt fails and nothing is kept', async () => {
    const { store, proxy, effects } = await pair();
    const failing = commitOnce(store, planOf(), async (tx) => {
      await tx.query(insert(1));
      proxy.cut();
      return { output: 1, enqueued: [] };
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await effects()).toEqual([]);
  });

  test('while it was idle: the next transaction takes another', async () => {
    const { store, proxy, effects } = await pair();
    await Promise.all([1, 2, 3].map((id) => inserting(store, planOf(), id)));
    proxy.cut();
    await Promise.all([4, 5, 6].map((id) => inserting(store, planOf(), id)));
    expect(await effects()).toHaveLength(6);
  });

  test('by pg_terminate_backend: it is said so, and the next attempt commits', async () => {
    const { store, effects } = await pair();
    const plan = planOf();
    const failing = commitOnce(store, plan, async (tx) => {
      await tx.query(insert(1));
      const [{ pid } = { pid: 0 }] = (await tx.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
      await store.query('select pg_terminate_backend($1)', [pid]);
      return { output: 1, enqueued: [] };
    });
    await expect(failing).rejects.toMatchObject({ type: 'TransactionEnded', nonRetryable: false });
    expect(await inserting(store, { ...plan, attempt: 2 })).toMatchObject({ attempt: 2 });
    expect(await effects()).toEqual([{ id: 1 }]);
  });

  test('by an immediate stop of Postgres: what ran is rolled back, and all goes on after the restart', async ({
    skip,
  }) => {
    if (!databases.ownsServer) skip('TEST_DATABASE_URL is not a server to stop');
    const { store, effects } = await pair();
    const plan = planOf();
    const failing = commitOnce(store, plan, async (tx) => {
      await tx.query(insert(1));
      await databases.server.stopImmediately();
      return { output: 1, enqueued: [] };
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(inserting(store, plan)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await databases.server.start();
    expect(await effects()).toEqual([]);
    expect(await inserting(store, { ...plan, attempt: 2 })).toMatchObject({ attempt: 2 });
  });
});

test('a Postgres that is not there is named by host and port, and its password nowhere', async () => {
  const store = Store.open('postgres://user:sesame@127.0.0.1:1/db');
  const error = await store.query('select 1').catch((reason: unknown) => reason as Error & { code: string });
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect((error as Error).message).toContain('127.0.0.1:1');
  expect(
    JSON.stringify([error, String(error), (error as Error).stack, (error as Error).cause]),
  ).not.toContain('sesame');
  await store.close();
});
