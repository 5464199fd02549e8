import { expect, test } from 'vitest';
import { ownServer } from './own-server.ts';
import type { TestProject } from './support.ts';
import { makeProject, runScript, until } from './support.ts';

const FILES = {
  'sum.ts': `
import { Action } from '@do-sdk/core';
import { z } from 'zod';
export const sum = new Action({
  name: 'sum.numbers',
  input: z.object({ numbers: z.array(z.number()) }),
  handler: ({ numbers }) => ({ sum: numbers.reduce((a, b) => a + b, 0), pid: process.pid }),
});
`,
  'worker.ts': `
import { createWorker } from '@do-sdk/core/worker';
import './sum.ts';
const worker = await createWorker();
console.log('serving', worker.actions.join());
await worker.run();
console.log('ended in order');
`,
  'api.ts': `
import { createApi } from '@do-sdk/core/api';
const server = createApi().listen(0, '127.0.0.1', () => console.log('port', server.address().port));
process.once('SIGTERM', () => server.close());
`,
  'client.ts': `
import { client } from '@do-sdk/core';
import { sum } from './sum.ts';
const byName = await client.action('sum.numbers').invoke({ numbers: [1, 2] });
const byObject = await sum.invoke({ numbers: [3, 4] });
console.log(JSON.stringify([byName, byObject, process.pid]));
`,
  'remote.ts': `
import { Do } from '@do-sdk/core';
const run = await new Do().action('sum.numbers').run({ numbers: [5, 6] });
console.log(JSON.stringify([run.output, run.caller, run.attempts]));
`,
};

const find = (pattern: RegExp, text: string): string => pattern.exec(text)?.[1] ?? '';

test('in production API, worker and clients are processes of their own, and only the worker runs handlers', async () => {
  const temporal = await ownServer();
  await temporal.start();
  const project: TestProject = makeProject(FILES);
  const env = {
    NODE_ENV: 'production',
    TEMPORAL_ADDRESS: temporal.address,
    DO_API_KEY: 'a-secret-of-this-test',
  };
  const worker = runScript(project, 'worker.ts', env);
  await until(worker, () => worker.output().includes('serving sum.numbers'));
  const api = runScript(project, 'api.ts', env);
  await until(api, () => /port \d+/.test(api.output()));

  const client = runScript(project, 'client.ts', env);
  expect(await client.ended).toBe(0);
  expect(JSON.parse(client.output())).toEqual([
    { sum: 3, pid: worker.child.pid },
    { sum: 7, pid: worker.child.pid },
    client.child.pid,
  ]);

  const baseUrl = `http://127.0.0.1:${find(/port (\d+)/, api.output())}`;
  const remote = runScript(project, 'remote.ts', { ...env, DO_BASE_URL: baseUrl });
  expect(await remote.ended).toBe(0);
  expect(JSON.parse(remote.output())).toEqual([{ sum: 11, pid: worker.child.pid }, 'api', 1]);

  expect(await worker.kill('SIGTERM')).toBe(0);
  expect(worker.output()).toContain('ended in order');
  expect(await api.kill('SIGTERM')).toBe(0);
});

test('in production an API without a key does not start', async () => {
  const project = makeProject(FILES);
  const api = runScript(project, 'api.ts', { NODE_ENV: 'production', TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(await api.ended).toBe(1);
  expect(api.output()).toContain('set DO_API_KEY');
});
