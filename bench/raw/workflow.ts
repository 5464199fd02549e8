import { proxyActivities } from '@temporalio/workflow';

const { echo } = proxyActivities<{ echo(input: { n: number }): Promise<{ n: number }> }>({
  startToCloseTimeout: '30s',
});

export async function rawEcho(input: { n: number }): Promise<{ n: number }> {
  return await echo(input);
}

export async function rawChain(input: { n: number }): Promise<{ n: number }> {
  let last = input;
  for (let step = 0; step < 10; step++) last = await echo(last);
  return last;
}

export async function rawFanOut({ n }: { n: number }): Promise<{ n: number }> {
  const all = await Promise.all(Array.from({ length: 20 }, (_, step) => echo({ n: n + step })));
  return { n: all.length };
}
