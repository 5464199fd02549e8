import { expect, test } from 'vitest';
import { Action } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';
import type { TestFaults } from '../../src/testing.ts';

const action = new Action({ name: 'testing.faults', handler: () => null });

test.each<[string, TestFaults, RegExp]>([
  ['an attempt that never comes', { crash: { 4: 'after-handler' } }, /`crash` names attempt 4, .*, 3\./],
  ['attempt 0', { failAttempt: { 0: new Error('x') } }, /`failAttempt` names attempt 0/],
  ['half an attempt', { takes: { 1.5: '1s' } }, /`takes` names attempt 1\.5/],
  ['a number of failures that is none', { failFirst: -1 }, /`failFirst` .* got -1/],
  ['an unknown crash point', { crash: { 1: 'somewhere' as never } }, /before-handler, .*, got somewhere/],
  ['two ends of one attempt', { failFirst: 1, crash: { 1: 'after-handler' } }, /Attempt 1 cannot both/],
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

test('more failures than attempts are fair: all of them fail', async () => {
  expect((await testAction(action, { failFirst: 99 }).run(null)).attempts).toHaveLength(3);
});
