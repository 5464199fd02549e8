import { eq, sql as raw } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect, type Generated } from 'kysely';
import type { Client } from 'pg';
import { expect, test } from 'vitest';
import type { Transaction } from '../../src/core/context.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { describeWithPostgres } from './postgres.ts';
import { planOf } from './support.ts';

const TABLE = `create table accounts (
  id text primary key, balance int not null, details jsonb, opened timestamptz not null default now())`;

describeWithPostgres('a query builder on ctx.tx', (databases) => {
  const prepare = async () => {
    const store = await databases.store();
    await store.query(TABLE);
    const run = (work: (tx: Transaction) => Promise<unknown>) =>
      commitOnce(store, planOf(), async (tx) => ({ output: (await work(tx)) ?? null, enqueued: [] }));
    return { run, accounts: () => store.query('select id, balance from accounts order by id') };
  };

  const accounts = pgTable('accounts', {
    id: text().primaryKey(),
    balance: integer().notNull(),
    details: jsonb(),
    opened: timestamp({ withTimezone: true }).notNull().defaultNow(),
  });
  // Its type asks for a whole client of pg; what it uses of one is `query`.
  const drizzleOn = (tx: Transaction) => drizzle({ client: tx as unknown as Client });

  test('drizzle reads and writes in the transaction of the attempt', async () => {
    const { run, accounts: rows } = await prepare();
    const { output } = await run(async (tx) => {
      const db = drizzleOn(tx);
      await db.insert(accounts).values([
        { id: 'a', balance: 10, details: { tags: ['x'] } },
        { id: 'b', balance: 0 },
      ]);
      await db
        .update(accounts)
        .set({ balance: raw`${accounts.balance} - 3` })
        .where(eq(accounts.id, 'a'));
      const [a] = await db.select().from(accounts).where(eq(accounts.id, 'a'));
      expect(a?.opened).toBeInstanceOf(Date);
      const counted = await db.execute(raw`select count(*)::int as n from accounts`);
      return { a: { balance: a?.balance, details: a?.details }, counted: counted.rows };
    });
    expect(output).toEqual({ a: { balance: 7, details: { tags: ['x'] } }, counted: [{ n: 2 }] });
    expect(await rows()).toEqual([
      { id: 'a', balance: 7 },
      { id: 'b', balance: 0 },
    ]);
  });

  test('drizzle’s own transaction is refused, and its error rolls the attempt back', async () => {
    const { run, accounts: rows } = await prepare();
    const failing = run(async (tx) => {
      const db = drizzleOn(tx);
      await db.insert(accounts).values({ id: 'a', balance: 1 });
      await db.transaction(async () => undefined);
    });
    const refused = expect.objectContaining({ code: 'TRANSACTION_CLOSED' }) as unknown;
    await expect(failing).rejects.toEqual(expect.objectContaining({ cause: refused }));
    expect(await rows()).toEqual([]);
  });

  interface Database {
    accounts: { id: string; balance: number; details: unknown; opened: Generated<Date> };
  }
  const kyselyOn = (tx: Transaction) =>
    new Kysely<Database>({
      dialect: new PostgresDialect({
        pool: {
          connect: async () => ({
            query: ((text: string, values: readonly unknown[]) => tx.query(text, values)) as never,
            release: () => undefined,
          }),
          end: async () => undefined,
        },
      }),
    });

  test('kysely reads and writes in the transaction of the attempt', async () => {
    const { run, accounts: rows } = await prepare();
    const { output } = await run(async (tx) => {
      const db = kyselyOn(tx);
      await db.insertInto('accounts').values({ id: 'a', balance: 10, details: null }).execute();
      const updated = await db
        .updateTable('accounts')
        .set((eb) => ({ balance: eb('balance', '-', 3) }))
        .where('id', '=', 'a')
        .executeTakeFirst();
      const found = await db.selectFrom('accounts').select(['id', 'balance']).execute();
      return { updated: Number(updated.numUpdatedRows), found };
    });
    expect(output).toEqual({ updated: 1, found: [{ id: 'a', balance: 7 }] });
    expect(await rows()).toEqual([{ id: 'a', balance: 7 }]);
  });

  test('kysely’s own transaction is refused, and its error rolls the attempt back', async () => {
    const { run, accounts: rows } = await prepare();
    const failing = run(async (tx) => {
      const db = kyselyOn(tx);
      await db.insertInto('accounts').values({ id: 'a', balance: 1, details: null }).execute();
      await db.transaction().execute(async () => undefined);
    });
    await expect(failing).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' });
    expect(await rows()).toEqual([]);
  });
});
