import { expect, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import { ownServer } from './own-server.ts';
import { makeProject, runScript, until } from './support.ts';

const FILES = {
  'src/workflows/sum.ts': `
import { Action, Workflow } from '@do-sdk/core';
const add = new Action({ name: 'sum.add', handler: ({ a, b }: { a: number; b: number }) => ({ sum: a + b, pid: process.pid }) });
export const total = new Workflow({
  name: 'sum.total',
  version: '5',
  handler: async (numbers: number[], ctx) => {
    await ctx.waitForSignal('go');
    let [sum, pid] = [0, 0];
    for (const b of numbers) ({ sum, pid } = await add.invoke({ a: sum, b }));
    return { sum, pid };
  },
});
`,
  'worker.ts': `
import { createWorker } from '@do-sdk/core/worker';
import './src/workflows/sum.ts';
const worker = await createWorker();
console.log('serving', worker.actions.join());
await worker.run();
`,
  'api.ts': `
import { createApi } from '@do-sdk/core/api';
const server = createApi().listen(0, '127.0.0.1', () => console.log('port', server.address().port));
process.once('SIGTERM', () => server.close());
`,
  'client.ts': `

import { total } from './src/workflows/sum.ts';
const handle = await total.start([3, 4]);
await handle.signal('go');
console.log(JSON.stringify(await handle.result()));
`,
};

test('in production an API that has only the manifest starts, signals and reads a workflow', async () => {
  const temporal = await ownServer();
  await temporal.start();
  const project = makeProject(FILES);
  const env = {
    NODE_ENV: 'production',
    TEMPORAL_ADDRESS: temporal.address,
    DO_API_KEY: 'a-secret-of-this-test',
  };
  const worker = runScript(project, 'worker.ts', env);
  await until(worker, () => worker.output().includes('serving sum.add'));
  const api = runScript(project, 'api.ts', env);
  await until(api, () => /port \d+/.test(api.output()));
  const url = `http://127.0.0.1:${/port (\d+)/.exec(api.output())![1]}/v1`;
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${env.DO_API_KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(url + path, { ...init, headers: { ...headers, ...init.headers } });
    return (await answer.json()) as Invocation & { build?: string };
  };

  expect(await ask('/workflows/sum.total')).toMatchObject({
    name: 'sum.total',
    version: '5',
    signals: ['go'],
  });
  const headers = { prefer: 'respond-async' };
  const { id } = await ask('/workflows/sum.total/invoke', { method: 'POST', body: '[1,2]', headers });
  expect(await ask(`/invocations/${id}/signal/go`, { method: 'POST' })).toMatchObject({
    id,
    status: 'running',
  });
  expect(await ask(`/invocations/${id}`, { headers: { prefer: 'wait=20' } })).toMatchObject({
    ...{ kind: 'workflow', status: 'completed', version: '5', caller: 'api' },
    output: { sum: 3, pid: worker.child.pid },
  });

  const client = runScript(project, 'client.ts', env);
  expect(await client.ended).toBe(0);
  expect(JSON.parse(client.output())).toEqual({ sum: 7, pid: worker.child.pid });
});
