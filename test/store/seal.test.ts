import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { seal } from '../../src/store/seal.ts';
import type { Store } from '../../src/store/store.ts';
import { HOLDER_GRACE_MS } from '../../src/store/token-lock.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { describeOnEachPostgres } from './postgres.ts';
import { claimant, door, planOf, spawnLines } from './support.ts';

const HOLDER = fileURLToPath(new URL('./fixtures/holder.ts', import.meta.url));
const PAIRS = 16;
const nothing = { output: null, enqueued: [] };

describeOnEachPostgres('seal', (databases) => {
  const effects = (store: Store) => store.query('select id from effects');

  test('tells a committed token from one it has sealed, the same every time', async () => {
    const store = await databases.store();
    const plan = planOf();
    const work = { output: 5, enqueued: ['email'] };
    await commitOnce(store, plan, async () => work);
    const other = claimant();
    for (let repeats = 0; repeats < 2; repeats += 1) {
      expect(await seal(store, { ...plan, attempt: 2 })).toEqual({ state: 'committed', ...work, attempt: 1 });
      expect(await seal(store, other)).toEqual({ state: 'sealed' });
    }
  });

  test('ends a transaction whose handler does not let go, and that one leaves nothing', async () => {
    const store = await databases.store();
    await store.query('create table effects (id int primary key)');
    const plan = planOf();
    const [holding, ending] = [door(), door()];
    const stubborn = commitOnce(store, plan, async (tx) => {
      await tx.query('insert into effects values (1)');
      holding.open();
      await ending.opened;
      return nothing;
    });
    await holding.opened;
    const since = performance.now();
    expect(await seal(store, plan)).toEqual({ state: 'sealed' });
    expect(performance.now() - since).toBeLessThan(4_000);
    ending.open();
    await expect(stubborn).rejects.toMatchObject({ type: 'TransactionEnded' });
    expect(await effects(store)).toEqual([]);
    await expect(commitOnce(store, plan, async () => nothing)).rejects.toMatchObject({ type: 'LateAttempt' });
  });

  test('ends a transaction that is inside a statement', async () => {
    const store = await databases.store();
    const plan = planOf();
    const holding = door();
    const stubborn = commitOnce(store, plan, async (tx) => {
      holding.open();
      await tx.query('select pg_sleep(30)');
      return nothing;
    });
    await holding.opened;
    expect(await seal(store, plan)).toEqual({ state: 'sealed' });
    await expect(stubborn).rejects.toMatchObject({ type: 'TransactionEnded' });
  });

  test('ends a transaction whose process is stopped, which then cannot commit', async () => {
    const url = await databases.fresh();
    const store = await databases.store(url);
    await store.query('create table effects (id int primary key)');
    const who = claimant();
    const holder = spawnLines(process.execPath, ['--import', 'tsx', HOLDER, url, who.token]);
    await holder.line('holding');
    holder.child.kill('SIGSTOP');
    expect(await seal(store, who)).toEqual({ state: 'sealed' });
    holder.child.stdin.write('go on\n');
    holder.child.kill('SIGCONT');
    expect(await holder.line('failed', 'committed')).toBe('failed TransactionEnded');
    expect(await effects(store)).toEqual([]);
  });

  test('and a commit at the same moment agree on one of the two, every time', async () => {
    const url = await databases.fresh();
    const store = await databases.store(url, { maxConnections: PAIRS });
    const sealers = await Promise.all(Array.from({ length: PAIRS / 4 }, () => databases.store(url)));
    await store.query('create table effects (id int primary key)');
    const seen = { sealed: 0, committed: 0 };
    const isRace = () => Math.min(seen.sealed, seen.committed) > 6;
    // How long it takes to lose patience and to act on it is the machine's affair: the commits are moved there.
    let shiftMs = 0;
    let round = 0;
    for (; round < 6 || (!isRace() && round < 30); round += 1) {
      const pairs = Array.from({ length: PAIRS }, async (_, index) => {
        const id = round * PAIRS + index;
        const plan = planOf();
        const holding = door();
        const committing = commitOnce(store, plan, async (tx) => {
          await tx.query('insert into effects values ($1)', [id]);
          holding.open();
          // Returns around the moment at which the other side loses patience.
          await delay(HOLDER_GRACE_MS + shiftMs + 3 * (index - PAIRS / 4));
          return nothing;
        }).then(
          () => 'committed',
          () => 'failed',
        );
        await holding.opened;
        const { state } = await seal(sealers[index % sealers.length]!, plan);
        const rows = await store.query('select id from effects where id = $1', [id]);
        expect({ attempt: await committing, rows: rows.length }).toEqual(
          state === 'committed' ? { attempt: 'committed', rows: 1 } : { attempt: 'failed', rows: 0 },
        );
        seen[state] += 1;
      });
      await Promise.all(pairs);
      shiftMs += seen.committed > seen.sealed ? 15 : -15;
    }
    expect(seen.sealed + seen.committed).toBe(round * PAIRS);
    // Either side must have won now and then, or the race was none.
    expect(isRace(), JSON.stringify(seen)).toBe(true);
  });

  test('and a claim at the same moment agree on one of the two, every time', async () => {
    const store = await databases.store();
    for (let round = 0; round < 60; round += 1) {
      const plan = planOf();
      const work = () => commitOnce(store, plan, async () => nothing).then(() => 'committed', typeOf);
      const [attempt, { state }] = await Promise.all([work(), seal(store, plan)]);
      expect(attempt).toBe(state === 'committed' ? 'committed' : 'LateAttempt');
    }
  });
});

const typeOf = (error: { type?: string }) => error.type;
