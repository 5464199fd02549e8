import { Action } from '@do-sdk/core';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { Client } from 'pg';

const stock = pgTable('stock', { item: text().primaryKey(), left: integer().notNull() });

const take = new Action({
  name: 'stock.take',
  transactional: true,
  handler: async ({ item }: { item: string }, ctx) => {
    // Its type asks for a whole client of pg; all it uses of one is `query`.
    const db = drizzle({ client: ctx.tx as unknown as Client });
    await db.execute(sql`create table if not exists stock (item text primary key, "left" int not null)`);
    await db.insert(stock).values({ item, left: 3 }).onConflictDoNothing();
    const [row] = await db
      .update(stock)
      .set({ left: sql`${stock.left} - 1` })
      .where(eq(stock.item, item))
      .returning();
    return row;
  },
});

console.log('drizzle:', await take.invoke({ item: 'book' }));
