import { Action } from '@do-sdk/core';
import { z } from 'zod';

const setUp = new Action({
  name: 'bank.set-up',
  transactional: true,
  handler: async (_: null, { tx }) => {
    await tx.query(
      'create table if not exists account (id text primary key, balance int check (balance >= 0))',
    );
    await tx.query(
      `insert into account values ('alice', 100), ('bob', 0)
       on conflict (id) do update set balance = excluded.balance`,
    );
  },
});

const tellBob = new Action({
  name: 'bank.tell',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => console.log(`to bob: ${text}`),
});

let attempts = 0;

// Debit and credit commit together with the output, or neither happens.
const transfer = new Action({
  name: 'bank.transfer',
  input: z.object({ amount: z.number().int().positive() }),
  retry: { maximumAttempts: 3, initialInterval: '100ms' },
  transactional: true,
  handler: async ({ amount }, ctx) => {
    await ctx.tx.query(`update account set balance = balance - $1 where id = 'alice'`, [amount]);
    if (++attempts === 1) throw new Error('The power went out between debit and credit.');
    await ctx.tx.query(`update account set balance = balance + $1 where id = 'bob'`, [amount]);
    // Starts once this has committed, and not at all otherwise.
    await ctx.enqueue(tellBob, { text: `you got ${amount}` });
    const { rows } = await ctx.tx.query<{ id: string; balance: number }>('select * from account order by id');
    return rows;
  },
});

await setUp.invoke(null);
console.log(await transfer.invoke({ amount: 30 }));

// More than there is: the database refuses, and nothing of the attempt is left.
await transfer.invoke({ amount: 1_000 }).catch((error: Error) => console.log(error.message));
