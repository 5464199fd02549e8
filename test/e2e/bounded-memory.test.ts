import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownServer } from './own-server.ts';
import { makeProject, ROOT, runScript, until } from './support.ts';

const COUNT = 100;

const FILES = {
  'lasting.ts': `
import { Action } from '@do-sdk/core';
export const lasting = new Action({
  name: 'lasting.job',
  retry: { maximumAttempts: 2, initialInterval: '15s' },
  handler: async (_input: { n: number }, { attempt }) => {
    if (attempt === 1) throw new Error('not yet');
  },
});
`,
  // Metrics of Temporal's own, switched on as a user would: before anything of this package is opened.
  'worker.ts': `
import { createServer } from 'node:net';
import v8 from 'node:v8';
import { Runtime } from '${join(ROOT, 'node_modules/@temporalio/worker/lib/index.js')}';
const probe = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => probe.once('listening', resolve));
const { port } = probe.address();
await new Promise((resolve) => probe.close(resolve));
Runtime.install({
  shutdownSignals: [],
  telemetryOptions: { metrics: { prometheus: { bindAddress: '127.0.0.1:' + port } } },
});
const { createWorker } = await import('@do-sdk/core/worker');
await import('./lasting.ts');
const worker = await createWorker();
console.log('metrics', port, 'heap', Math.ceil(v8.getHeapStatistics().heap_size_limit / 2 ** 20), 'MiB');
await worker.run();
`,
  'client.ts': `
import { client } from '@do-sdk/core';
import { lasting } from './lasting.ts';
const numbers = Array.from({ length: ${COUNT} }, (_, n) => n);
const handles = await Promise.all(numbers.map((n) => client.action(lasting).start({ n })));
console.log('started');
const runs = await Promise.all(handles.map((handle) => handle.result().then(() => handle.describe())));
console.log('completed', runs.filter(({ status, attempts }) => status === 'completed' && attempts === 2).length);
`,
};

test('more invocations than the heap has room for wait outside of it, and go on when they are due', async () => {
  const temporal = await ownServer();
  await temporal.start();
  const project = makeProject(FILES);
  const env = { NODE_ENV: 'production', TEMPORAL_ADDRESS: temporal.address };
  const worker = runScript(project, 'worker.ts', { ...env, NODE_OPTIONS: '--max-old-space-size=200' });
  await until(worker, () => worker.output().includes('MiB'));
  const [, port, heap] = /metrics (\d+) heap (\d+)/.exec(worker.output())!;
  // What Temporal's worker allows itself: 600 workflows for each GiB above 200 MiB.
  const bound = Math.floor(((Number(heap) - 200) * 600) / 1024);
  expect(bound).toBeLessThan(COUNT / 2);
  const cached = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const sizes = [...metrics.matchAll(/^temporal_sticky_cache_size\{[^}]*\} (\d+)/gm)];
    return Math.max(...sizes.map(([, size]) => Number(size)));
  };

  const client = runScript(project, 'client.ts', env);
  await until(client, () => client.output().includes('started'), 60);
  await expect.poll(cached, { timeout: 10_000 }).toBeGreaterThan(bound / 2);
  expect(await cached()).toBeLessThanOrEqual(bound);
  expect(await client.ended).toBe(0);
  expect(client.output()).toContain(`completed ${COUNT}`);
  expect(await cached()).toBeLessThanOrEqual(bound);
}, 120_000);
