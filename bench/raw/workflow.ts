import { proxyActivities } from '@temporalio/workflow';

const { echo } = proxyActivities<{ echo(input: { n: number }): Promise<{ n: number }> }>({
  startToCloseTimeout: '30s',
});

export async function rawEcho(input: { n: number }): Promise<{ n: number }> {
  return await echo(input);
}
