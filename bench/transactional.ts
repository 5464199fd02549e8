import { Action } from '@do-sdk/core';
import { createWorker } from '@do-sdk/core/worker';
import { Pool } from 'pg';
import type { Bench, Contender, Figure } from './measure.ts';
import { atMost, median, ratio, sequential, shown, throughput } from './measure.ts';

const ROUNDS = 5;
const SEQUENTIAL = 40;
const CONCURRENT = 200;
const CONCURRENCY = 20;
const ACCOUNTS = 100;

const DEBIT = 'update account set balance = balance - 1 where id = $1';
const CREDIT = 'update account set balance = balance + 1 where id = $1';
/** In one order, so that no two of them wait for each other. */
const fromTo = (n: number) => [n % ACCOUNTS, ACCOUNTS + (n % ACCOUNTS)] as const;

/** A transactional action against a plain one whose handler runs the same SQL in a transaction of its own. */
export async function transactional({ databaseUrl }: Bench): Promise<Figure[]> {
  process.env['DATABASE_URL'] = await databaseUrl();
  const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
  await pool.query('create table account (id int primary key, balance int not null)');
  await pool.query('insert into account select id, 0 from generate_series(0, $1) id', [2 * ACCOUNTS]);
  const plain = new Action({
    name: 'bench.plain-sql',
    handler: async (n: number) => {
      const client = await pool.connect();
      try {
        const [from, to] = fromTo(n);
        await client.query('begin');
        await client.query(DEBIT, [from]);
        await client.query(CREDIT, [to]);
        await client.query('commit');
      } finally {
        client.release();
      }
    },
  });
  const atomic = new Action({
    name: 'bench.transactional',
    transactional: true,
    handler: async (n: number, { tx }) => {
      const [from, to] = fromTo(n);
      await tx.query(DEBIT, [from]);
      await tx.query(CREDIT, [to]);
    },
  });
  const worker = await createWorker();
  const contenders: Contender[] = [plain, atomic].map((action) => ({
    name: action.name,
    invoke: async (n) => await action.invoke(n),
  }));
  const [own, other] = await compare(contenders);
  await worker.shutdown();
  await pool.end();
  return [
    shown('plain with the same SQL, sequential median', median(own!.ms), ' ms'),
    shown('transactional, sequential median', median(other!.ms), ' ms'),
    atMost('sequential: transactional / plain with the same SQL', ratio(other!.ms, own!.ms), 1.3),
    shown('plain with the same SQL, throughput', median(own!.rate), '/s'),
    shown('transactional, throughput', median(other!.rate), '/s'),
  ];
}

async function compare(contenders: Contender[]): Promise<{ ms: number[]; rate: number[] }[]> {
  for (const contender of contenders) await throughput(contender, CONCURRENT, CONCURRENCY);
  const times = contenders.map((contender) => ({ contender, ms: [] as number[], rate: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { contender, ms } of times) ms.push(median(await sequential(contender, SEQUENTIAL)));
    for (const { contender, rate } of times) rate.push(await throughput(contender, CONCURRENT, CONCURRENCY));
  }
  return times;
}
