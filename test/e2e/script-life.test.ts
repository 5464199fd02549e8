import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProject, runScript, until } from './support.ts';

const WAITING = `
import { writeFileSync } from 'node:fs';
import { Action } from '@do-sdk/core';
const slow = new Action({
  name: 'slow.job',
  timeout: '10m',
  handler: () => new Promise((resolve) => { writeFileSync('started', ''); setTimeout(resolve, 600_000); }),
});
await slow.invoke(null);
`;

test.for(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a script that waits for its own handler',
  async (signal) => {
    const project = makeProject({ 'script.ts': WAITING });
    const script = runScript(project, 'script.ts');
    await until(script, () => existsSync(join(project.root, 'started')));
    expect(await script.kill(signal)).toBe(signal);
  },
);

test('a script that only starts an invocation stays until its handler is done, then ends by itself', async () => {
  const project = makeProject({
    'script.ts': `
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';
const job = new Action({
  name: 'detached.job',
  handler: async () => { await setTimeout(1_500); appendFileSync('done', 'once'); },
});
const { id } = await job.start(null);
console.log('accepted', id);
`,
  });
  const script = runScript(project, 'script.ts');
  expect(await script.ended).toBe(0);
  expect(script.output()).toMatch(/accepted inv_/);
  expect(readFileSync(join(project.root, 'done'), 'utf8')).toBe('once');
});

test('in production without a Temporal address the error says what to set', async () => {
  const project = makeProject({
    'script.ts': `
import { Action } from '@do-sdk/core';
const job = new Action({ name: 'any.job', handler: () => 1 });
await job.invoke(null).catch((error) => console.log(error.code, error.message));
`,
  });
  const script = runScript(project, 'script.ts', { NODE_ENV: 'production' });
  expect(await script.ended).toBe(0);
  expect(script.output()).toMatch(/^TEMPORAL_NOT_CONFIGURED .*TEMPORAL_ADDRESS/m);
});

test('an action that nobody has defined is refused at once, by name', async () => {
  const project = makeProject({
    'script.ts': `
import { client } from '@do-sdk/core';
await client.action('no.such').invoke({}).catch((error) => console.log(error.code, error.message));
`,
  });
  const script = runScript(project, 'script.ts');
  expect(await script.ended).toBe(0);
  expect(script.output()).toMatch(/^ACTION_NOT_FOUND There is no action "no\.such"/m);
});

test('when the embedded servers cannot be started the error has a code and says where', async () => {
  const project = makeProject({
    'a-file': '',
    'script.ts': `
import { client } from '@do-sdk/core';
await client.action('any.job').invoke({}).catch((error) => console.log(error.code, error.message));
`,
  });
  const script = runScript(project, 'script.ts', { DO_DATA_DIR: 'a-file' });
  expect(await script.ended).toBe(0);
  expect(script.output()).toMatch(/^\w+ .*a-file/m);
  expect(script.output()).toContain('EMBEDDED_UNAVAILABLE');
});
