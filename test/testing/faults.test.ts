import { expect, test } from 'vitest';
import { Action } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';
import type { TestOptions } from '../../src/testing.ts';

const action = new Action({ name: 'testing.faults', handler: () => null });

test.each<[string, TestOptions, RegExp]>([
  ['an attempt that never comes', { crash: { 4: 'after-handler' } }, /`crash` names attempt 4, .*, 3\./],
  ['attempt 0', { failAttempt: { 0: new Error('x') } }, /`failAttempt` names attempt 0/],
  ['half an attempt', { takes: { 1.5: '1s' } }, /`takes` names attempt 1\.5/],
  ['a number of failures that is none', { failFirst: -1 }, /`failFirst` .* got -1/],
  ['an unknown crash point', { crash: { 1: 'somewhere' as never } }, /before-handler, .*, got somewhere/],
  ['two ends of one attempt', { failFirst: 1, crash: { 1: 'after-handler' } }, /Attempt 1 cannot both/],
  [
    'a crash at a commit that never comes',
    { crash: { 1: 'afterCommit' } },
    /`crash\[1\]` .* not transactional/,
  ],
  ['a compensation of what has none', { compensation: { failFirst: 1 } }, /no `compensate`/],
  [
    'a double that nothing would use',
    { tx: { query: () => Promise.reject(new Error('x')) } },
    /`tx` would never/,
  ],
  ['a time that is none', { cancelAt: 'soon' }, /`cancelAt` .* got "soon"/],
  ['a duration of an attempt that is none', { takes: { 2: 0 } }, /`takes\[2\]` to be a duration/],
])('%s is refused by name', (_, faults, message) => {
  expect(() => testAction(action, faults)).toThrow(
    expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(message) as string,
    }),
  );
});

const compensated = new Action({
  name: 'testing.faults-compensated',
  handler: () => null,
  compensate: () => undefined,
  compensation: { retry: { maximumAttempts: 2 } },
});

test.each<[string, TestOptions['compensation'], RegExp]>([
  [
    'a try that never comes',
    { takes: { 3: '1s' } },
    /`compensation\.takes` names attempt 3, .* compensation's .*, 2\./,
  ],
  ['a number that is none', { failFirst: 0.5 }, /`compensation\.failFirst` .* got 0\.5/],
  ['an unknown point', { crash: { 1: 'x' as never } }, /`compensation\.crash\[1\]` to be one of/],
])('%s of a compensation is refused by name', (_, compensation, message) => {
  const told = expect.objectContaining({ message: expect.stringMatching(message) as string }) as Error;
  expect(() => testAction(compensated, { compensation })).toThrow(told);
});

test('more failures than attempts are fair: all of them fail', async () => {
  expect((await testAction(action, { failFirst: 99 }).run(null)).attempts).toHaveLength(3);
});
