import { expect, test } from 'vitest';
import type { RetryPolicy } from '../../src/core/policy.ts';
import { backoffMs, resolvePolicy } from '../../src/core/policy.ts';

test('a policy that nobody set is finite', () => {
  expect(resolvePolicy()).toEqual({
    maximumAttempts: 3,
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 60_000,
    nonRetryableErrorTypes: [],
    timeoutMs: 30_000,
  });
});

test('a first wait above the default maximum raises that maximum', () => {
  expect(resolvePolicy({ initialInterval: '5m' }).maximumIntervalMs).toBe(300_000);
});

test('an explicit maximum below the first wait caps it', () => {
  const policy = resolvePolicy({ initialInterval: '10s', maximumInterval: '2s' });
  expect(backoffMs(policy, 1, 0)).toBe(1_600);
});

test('a wait is never shorter than a millisecond', () => {
  expect(backoffMs(resolvePolicy({ initialInterval: 1 }), 1, 0)).toBe(1);
});

test('a policy is a copy of what was given', () => {
  const types = ['A'];
  const policy = resolvePolicy({ nonRetryableErrorTypes: types });
  types.push('B');
  expect(policy.nonRetryableErrorTypes).toEqual(['A']);
});

test('a policy survives the trip through JSON, in which it travels', () => {
  const policy = resolvePolicy({ maximumAttempts: Number.MAX_SAFE_INTEGER, backoffCoefficient: 1.5 }, '1.5s');
  expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
});

test.each<[string, RetryPolicy, unknown]>([
  ['retry.maximumAttempts', { maximumAttempts: 0 }, '30s'],
  ['retry.maximumAttempts', { maximumAttempts: 2.5 }, '30s'],
  ['retry.maximumAttempts', { maximumAttempts: Infinity }, '30s'],
  ['retry.maximumAttempts', { maximumAttempts: '3' as never }, '30s'],
  ['retry.backoffCoefficient', { backoffCoefficient: 0.5 }, '30s'],
  ['retry.backoffCoefficient', { backoffCoefficient: NaN }, '30s'],
  ['retry.initialInterval', { initialInterval: '0s' }, '30s'],
  ['retry.maximumInterval', { maximumInterval: 'soon' }, '30s'],
  ['retry.nonRetryableErrorTypes', { nonRetryableErrorTypes: 'CardDeclined' as never }, '30s'],
  ['retry.nonRetryableErrorTypes', { nonRetryableErrorTypes: [Error] as never }, '30s'],
  ['timeout', {}, '30 months'],
  ['timeout', {}, -1],
])('the field `%s` is named when it is wrong: %j, timeout %j', (field, retry, timeout) => {
  expect(() => resolvePolicy(retry, timeout as string)).toThrow(
    expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringContaining(`\`${field}\``) as string,
    }),
  );
});
