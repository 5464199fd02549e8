import { expect, test } from 'vitest';
import type { Transaction } from '../../src/core/context.ts';
import { seal } from '../../src/store/seal.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { describeWithPostgres } from './postgres.ts';
import { claimant, door, planOf } from './support.ts';

const nothing = { output: null, enqueued: [] };

describeWithPostgres('the connections of a process', (databases) => {
  /** A store with every connection of its handlers in use, until `free`. */
  async function crowded(maxConnections: number) {
    const store = await databases.store(undefined, { maxConnections });
    const { opened, open: free } = door();
    const held = Array.from({ length: maxConnections }, () => {
      const holding = door();
      const done = commitOnce(store, planOf(), async () => {
        holding.open();
        await opened;
        return nothing;
      });
      return { holding: holding.opened, done };
    });
    await Promise.all(held.map(({ holding }) => holding));
    return { store, free, done: Promise.all(held.map(({ done }) => done)) };
  }

  test('are waited for no longer than the attempt may take, and the error says what helps', async () => {
    const { store, free, done } = await crowded(2);
    const since = performance.now();
    const busy = commitOnce(store, planOf({ timeoutMs: 300 }), async () => nothing);
    const error = await busy.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type: 'StoreBusy', nonRetryable: false });
    expect((error as Error).message).toMatch(/All 2 database connections.*maxConnections/);
    expect(performance.now() - since).toBeLessThan(2_000);
    free();
    await done;
  });

  test('are waited for no longer than the signal allows', async () => {
    const { store, free, done } = await crowded(1);
    const abort = new AbortController();
    const waiting = commitOnce(store, planOf({ signal: abort.signal }), async () => nothing);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    free();
    await done;
  });

  test('are given to those who wait in the order they came', async () => {
    const { store, free, done } = await crowded(1);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((id) => commitOnce(store, planOf(), async () => (order.push(id), nothing)));
    free();
    await Promise.all([done, ...waiting]);
    expect(order).toEqual([1, 2, 3]);
  });

  test('are none of those that seal and look up, so that handlers cannot lock the platform out', async () => {
    const { store, free, done } = await crowded(3);
    expect(await seal(store, claimant())).toEqual({ state: 'sealed' });
    expect(await store.query('select 1 as one')).toEqual([{ one: 1 }]);
    free();
    await done;
  });

  test('are never more than allowed, are named, and all come back whatever the handlers do', async () => {
    const store = await databases.store(undefined, { maxConnections: 3 });
    const works: ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.query('select 1'),
      (tx) => tx.query('select 1/0'),
      (tx) => tx.query('select pg_terminate_backend(pg_backend_pid())'),
      () => Promise.reject(new Error('no')),
      (tx) => tx.query('select pg_sleep(20)'),
      () => new Promise(() => undefined),
    ];
    const sql = `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and application_name = 'do-sdk' and pid <> pg_backend_pid()`;
    const most: number[] = [];
    const runs = Array.from({ length: 30 }, async (_, index) => {
      const plan = planOf({ timeoutMs: 8_000 });
      const work = works[index % works.length]!;
      const signal = AbortSignal.any([plan.signal, AbortSignal.timeout(index % 6 < 4 ? 8_000 : 2_500)]);
      await commitOnce(store, { ...plan, signal }, async (tx) => (await work(tx), nothing)).catch(
        () => undefined,
      );
      const [row] = await store.query<{ count: number }>(sql);
      most.push(row?.count ?? 0);
    });
    await Promise.all(runs);
    // Three for handlers and four for the platform; those that were just closed may still be listed.
    expect(Math.max(...most)).toBeLessThanOrEqual(3 + 4 + 3);
    const after = Array.from({ length: 3 }, () =>
      commitOnce(store, planOf(), (tx) => tx.query('select 1').then(() => nothing)),
    );
    await Promise.all(after);
  });

  test('that are closed take no further work', async () => {
    const store = await databases.store();
    await store.query('select 1');
    await store.close();
    await expect(store.query('select 1')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await store.close();
  });
});
