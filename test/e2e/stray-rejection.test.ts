import { expect, test } from 'vitest';
import { body, makeProject, startSystem } from './support.ts';

const STRAY = `
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const stray = new Action({
  name: 'stray.job',
  retry: { maximumAttempts: 1 },
  handler: async () => {
    void setTimeout(100).then(() => Promise.reject(Object.assign(new Error('left behind'), { type: 'Stray' })));
    await setTimeout(5_000);
  },
});

export const sibling = new Action({
  name: 'sibling.job',
  handler: async () => {
    await setTimeout(600);
    return 'unharmed';
  },
});
`;

test('a promise that a handler leaves behind fails its own attempt and no other', async () => {
  const system = await startSystem(makeProject({ 'src/actions/stray.ts': STRAY }));
  const [stray, sibling] = await Promise.all([
    system.invoke('stray.job', null).then(body),
    system.invoke('sibling.job', null).then(body),
  ]);
  expect(stray).toMatchObject({ status: 'failed', error: { type: 'Stray', message: 'left behind' } });
  expect(sibling).toMatchObject({ status: 'completed', output: 'unharmed', attempts: 1 });
});
