import { Action } from '@do-sdk/core';
import type { Transaction } from '@do-sdk/core';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PostgresPoolClient } from 'kysely';

interface Database {
  visits: { page: string; count: number };
}

/** A pool of the one connection that the attempt has; it is the platform's to release. */
function kyselyOn(tx: Transaction): Kysely<Database> {
  const client = { query: tx.query, release: () => undefined } as unknown as PostgresPoolClient;
  const pool = { connect: async () => client, end: async () => undefined };
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}

const visit = new Action({
  name: 'page.visit',
  transactional: true,
  handler: async ({ page }: { page: string }, ctx) => {
    const db = kyselyOn(ctx.tx);
    await sql`create table if not exists visits (page text primary key, count int not null)`.execute(db);
    return await db
      .insertInto('visits')
      .values({ page, count: 1 })
      .onConflict((on) => on.column('page').doUpdateSet({ count: sql`visits.count + 1` }))
      .returningAll()
      .executeTakeFirst();
  },
});

console.log('kysely:', await visit.invoke({ page: '/' }));
