import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { body, makeProject, startSystem } from './support.ts';

const STUCK = `
import { Action } from '@do-sdk/core';
export const stuck = new Action({
  name: 'stuck.job',
  retry: { maximumAttempts: 1 },
  handler: async (): Promise<void> => { throw new Error('no'); },
  compensate: () => { throw new Error('the other side does not answer'); },
  compensation: { retry: { maximumAttempts: 1 } },
});
`;

test('a compensation that failed finally is counted where Prometheus looks, listed, and told by the worker', async () => {
  const metrics = `127.0.0.1:${randomInt(9_200, 9_900)}`;
  const project = makeProject({ 'src/actions/stuck.ts': STUCK });
  const system = await startSystem(project, { DO_METRICS_ADDRESS: metrics });
  const invocation = await body(await system.invoke('stuck.job', null));
  expect(invocation).toMatchObject({ status: 'failed', error: { code: 'COMPENSATION_FAILED' } });
  const counted = async () =>
    /^do_compensation_failed\S*{.*action="stuck.job".*} 1$/m.test(await scrape(metrics));
  await expect.poll(counted, { timeout: 10_000 }).toBe(true);
  const list = async () =>
    (await (await system.get('/v1/invocations?code=COMPENSATION_FAILED')).json()) as {
      items: { id: string }[];
    };
  await expect.poll(async () => (await list()).items.map(({ id }) => id)).toEqual([invocation.id]);
  expect(system.output()).toContain('COMPENSATION_FAILED: stuck.job');
});

const scrape = async (address: string): Promise<string> =>
  await (await fetch(`http://${address}/metrics`)).text();
