import { Action } from '@do-sdk/core';
import { createWorker } from '@do-sdk/core/worker';
import type { Bench, Contender, Figure } from './measure.ts';
import { atLeast, atMost, median, ratio, sequential, shown, throughput } from './measure.ts';
import { startRaw } from './raw/contender.ts';

const ROUNDS = 5;
const SEQUENTIAL = 40;
const CONCURRENT = 250;
const CONCURRENCY = 50;

/** A plain invoke against the raw SDK doing the same work: one workflow, one activity. */
export async function speed({ address }: Bench): Promise<Figure[]> {
  const raw = await startRaw(address);
  const echo = new Action({ name: 'bench.echo', handler: async (input: { n: number }) => input });
  const worker = await createWorker();
  const ours: Contender = { name: 'do-sdk', invoke: async (n) => void (await echo.invoke({ n })) };
  const contenders = [raw.plain, ours, raw.eager];
  for (const contender of contenders) await throughput(contender, CONCURRENT, CONCURRENCY);

  const times = new Map(
    contenders.map((contender) => [contender, { ms: [] as number[], rate: [] as number[] }]),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [contender, { ms }] of times) ms.push(median(await sequential(contender, SEQUENTIAL)));
    for (const [contender, { rate }] of times)
      rate.push(await throughput(contender, CONCURRENT, CONCURRENCY));
  }
  await worker.shutdown();
  await raw.close();

  const [plain, own, eager] = contenders.map((contender) => times.get(contender)!);
  return [
    shown('raw SDK, sequential median', median(plain!.ms), ' ms'),
    shown('raw SDK with eager start, sequential median', median(eager!.ms), ' ms'),
    shown('do-sdk, sequential median', median(own!.ms), ' ms'),
    atMost('sequential: do-sdk / raw SDK', ratio(own!.ms, plain!.ms), 0.95),
    shown('sequential: do-sdk / raw SDK with eager start', ratio(own!.ms, eager!.ms), ''),
    shown('raw SDK, throughput', median(plain!.rate), '/s'),
    shown('raw SDK with eager start, throughput', median(eager!.rate), '/s'),
    shown('do-sdk, throughput', median(own!.rate), '/s'),
    atLeast('throughput: do-sdk / raw SDK', ratio(own!.rate, plain!.rate), 1),
    shown('throughput: do-sdk / raw SDK with eager start', ratio(own!.rate, eager!.rate), ''),
  ];
}
