import { Action, Workflow } from '@do-sdk/core';
import { createWorker } from '@do-sdk/core/worker';
import type { Bench, Contender, Figure } from './measure.ts';
import { atLeast, median, ratio, sequential, shown, throughput } from './measure.ts';
import { startRaw } from './raw/contender.ts';

const ROUNDS = 6;
const SEQUENTIAL = 10;
const CONCURRENT = 60;
const CONCURRENCY = 10;

const echo = new Action({ name: 'bench.step', handler: async (input: { n: number }) => input });

const chain = new Workflow({
  name: 'bench.chain',
  handler: async ({ n }: { n: number }) => {
    let last = { n };
    for (let step = 0; step < 10; step++) last = await echo.invoke(last);
    return last;
  },
});

const fanOut = new Workflow({
  name: 'bench.fan-out',
  handler: async ({ n }: { n: number }) => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, step) => echo.invoke({ n: n + step })));
    return { n: all.length };
  },
});

/** A chain of 10 actions and a fan-out of 20 against hand-written Temporal TypeScript of the same shape. */
export async function workflows({ address }: Bench): Promise<Figure[]> {
  const raw = await startRaw(address);
  const worker = await createWorker();
  const figures: Figure[] = [];
  for (const [ours, theirs] of [
    [chain, raw.chain],
    [fanOut, raw.fanOut],
  ] as const) {
    const own: Contender = { name: ours.name, invoke: async (n) => void (await ours.invoke({ n })) };
    figures.push(...(await compare(own, theirs)));
  }
  await worker.shutdown();
  await raw.close();
  return figures;
}

async function compare(own: Contender, raw: Contender): Promise<Figure[]> {
  const times = [own, raw].map((contender) => ({ contender, ms: [] as number[], rate: [] as number[] }));
  for (const { contender } of times) await throughput(contender, CONCURRENT, CONCURRENCY);
  for (let round = 0; round < ROUNDS; round++) {
    // What one leaves behind, timers and caches, is met by the other: each is first as often.
    const turn = round % 2 === 0 ? times : [...times].reverse();
    for (const { contender, ms } of turn) ms.push(median(await sequential(contender, SEQUENTIAL)));
    for (const { contender, rate } of turn) rate.push(await throughput(contender, CONCURRENT, CONCURRENCY));
  }
  const [mine, theirs] = times;
  return [
    shown(`${own.name}: raw SDK, sequential median`, median(theirs!.ms), ' ms'),
    shown(`${own.name}: do-sdk, sequential median`, median(mine!.ms), ' ms'),
    shown(`${own.name}: raw SDK, throughput`, median(theirs!.rate), '/s'),
    shown(`${own.name}: do-sdk, throughput`, median(mine!.rate), '/s'),
    atLeast(`${own.name}: throughput: do-sdk / raw SDK`, ratio(mine!.rate, theirs!.rate), 1),
  ];
}
