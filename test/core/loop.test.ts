import { describe, expect, test } from 'vitest';
import { runAttempts } from '../../src/core/loop.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import type { RetryPolicy } from '../../src/core/policy.ts';
import type { Act } from './fake-port.ts';
import { failing, failureOf, FakePort } from './fake-port.ts';

const policyOf = (retry: RetryPolicy = {}, timeout = '30s') => resolvePolicy(retry, timeout);
const waits = (port: FakePort) => port.sleeps.map(({ ms }) => ms);
const start = (port: FakePort) => port.now();

describe('an invocation', () => {
  test('that completes at its first attempt waits for nothing', async () => {
    const port = new FakePort([{ output: { ok: true } }]);
    await expect(runAttempts(port, policyOf())).resolves.toEqual({
      status: 'completed',
      output: { ok: true },
    });
    expect(port.calls).toEqual(['attempt 1 within 30000']);
  });

  test('completes as soon as one attempt does', async () => {
    const port = new FakePort([failing(), failing(), { output: 3 }]);
    await expect(runAttempts(port, policyOf({ maximumAttempts: 5 }))).resolves.toEqual({
      status: 'completed',
      output: 3,
    });
    expect(port.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('fails with its last error after the maximum of attempts, and does not wait after it', async () => {
    const port = new FakePort([failing({ message: 'first' }), failing({ message: 'last' })]);
    const result = await runAttempts(port, policyOf({ maximumAttempts: 2 }));
    expect(result).toMatchObject({ status: 'failed', attempts: 2, failure: { message: 'last' } });
    expect(result).toHaveProperty('error.message', 'last');
    expect(port.sleeps).toHaveLength(1);
  });

  test('of one attempt at most is not retried', async () => {
    const port = new FakePort([failing()]);
    await expect(runAttempts(port, policyOf({ maximumAttempts: 1 }))).resolves.toMatchObject({ attempts: 1 });
    expect(port.calls).toHaveLength(1);
  });
});

describe('the wait before a retry', () => {
  const growing = {
    maximumAttempts: 6,
    initialInterval: '1s',
    backoffCoefficient: 3,
    maximumInterval: '10s',
  };

  test('grows by the coefficient up to the maximum interval', async () => {
    const port = new FakePort([failing()]);
    port.randomness = Array.from({ length: 5 }, () => 0.999_999_9);
    await runAttempts(port, policyOf(growing));
    expect(waits(port)).toEqual([1_000, 3_000, 9_000, 10_000, 10_000]);
  });

  test('is never less than four fifths of that', async () => {
    const port = new FakePort([failing()]);
    port.randomness = [0, 0, 0, 0, 0];
    await runAttempts(port, policyOf(growing));
    expect(waits(port)).toEqual([800, 2_400, 7_200, 8_000, 8_000]);
  });

  test('stays finite when the growth overflows', async () => {
    const port = new FakePort([failing()]);
    const policy = policyOf({ maximumAttempts: 1_200, initialInterval: 1, backoffCoefficient: 10 });
    await runAttempts(port, policy);
    expect(Math.max(...waits(port))).toBeLessThanOrEqual(60_000);
    expect(waits(port)).toHaveLength(1_199);
  });

  test.each([
    ['longer', 90_000],
    ['shorter', 5],
  ])('is replaced by a %s one that the error asks for, without jitter', async (_, retryAfterMs) => {
    const port = new FakePort([failing({ retryAfterMs }), { output: 1 }]);
    port.randomness = [0.5];
    await runAttempts(port, policyOf());
    expect(waits(port)).toEqual([retryAfterMs]);
  });

  test('is told what it waits for', async () => {
    const port = new FakePort([failing({ type: 'Throttled' }), { output: 1 }]);
    await runAttempts(port, policyOf());
    expect(port.sleeps[0]!.plan).toEqual({ nextAttempt: 2, failure: failureOf({ type: 'Throttled' }) });
  });
});

describe('no further attempt follows', () => {
  test.each<[string, RetryPolicy, Act]>([
    ['an error that says so', {}, failing({ nonRetryable: true })],
    ['one that says so and asks for a wait', {}, failing({ nonRetryable: true, retryAfterMs: 1 })],
    ['a listed type', { nonRetryableErrorTypes: ['X', 'CardDeclined'] }, failing({ type: 'CardDeclined' })],
  ])('%s', async (_, retry, act) => {
    const port = new FakePort([act]);
    const result = await runAttempts(port, policyOf({ maximumAttempts: 5, ...retry }));
    expect(result).toMatchObject({ status: 'failed', attempts: 1 });
    expect(port.sleeps).toEqual([]);
  });

  test('only when the type is the same to the letter', async () => {
    const port = new FakePort([failing({ type: 'carddeclined' }), { output: 1 }]);
    await runAttempts(port, policyOf({ nonRetryableErrorTypes: ['CardDeclined'] }));
    expect(port.attempts).toHaveLength(2);
  });
});

describe('a deadline', () => {
  test('that passes in a wait which ends late makes no further attempt', async () => {
    const port = new FakePort([failing({ message: 'the first' })]);
    port.oversleepsMs = 10_000;
    const result = await runAttempts(port, policyOf(), { deadlineAt: start(port) + 5_000 });
    expect(result).toMatchObject({ status: 'timed_out', attempts: 1, failure: { message: 'the first' } });
    expect(port.attempts).toHaveLength(1);
  });

  const policy = policyOf({ maximumAttempts: 9, initialInterval: '10s', maximumInterval: '10s' }, '30s');

  test('that has passed before the first attempt ends the invocation without one', async () => {
    const port = new FakePort([{ output: 1 }]);
    const result = await runAttempts(port, policy, { deadlineAt: start(port) });
    expect(result).toEqual({ status: 'timed_out', attempts: 0 });
    expect(port.calls).toEqual([]);
  });

  test('cuts the timeout of an attempt, and tells how long it may wait for a worker', async () => {
    const port = new FakePort([{ output: 1 }]);
    await runAttempts(port, policy, { deadlineAt: start(port) + 4_000 });
    expect(port.attempts).toEqual([{ attempt: 1, epoch: 0, timeoutMs: 4_000, expiresInMs: 4_000 }]);
  });

  test('leaves a shorter timeout as it is', async () => {
    const port = new FakePort([{ output: 1 }]);
    await runAttempts(port, policy, { deadlineAt: start(port) + 45_000 });
    expect(port.attempts).toEqual([{ attempt: 1, epoch: 0, timeoutMs: 30_000, expiresInMs: 45_000 }]);
  });

  test('that is not set sets no limit to the waiting for a worker', async () => {
    const port = new FakePort([{ output: 1 }]);
    await runAttempts(port, policy);
    expect(port.attempts).toEqual([{ attempt: 1, epoch: 0, timeoutMs: 30_000, expiresInMs: undefined }]);
  });

  test('ends the invocation at once when the wait would outlast it', async () => {
    const port = new FakePort([failing({ message: 'not yet' }, 2_000)]);
    const result = await runAttempts(port, policy, { deadlineAt: start(port) + 9_000 });
    expect(result).toMatchObject({ status: 'timed_out', attempts: 1, failure: { message: 'not yet' } });
    expect(port.sleeps).toEqual([]);
  });

  test('that passes during an attempt ends the invocation, whatever the policy says', async () => {
    const port = new FakePort([failing({ nonRetryable: true }, 500)]);
    const result = await runAttempts(port, policy, { deadlineAt: start(port) + 500 });
    expect(result).toMatchObject({ status: 'timed_out', attempts: 1 });
  });

  test('does not undo an attempt that completed at the last moment', async () => {
    const port = new FakePort([{ output: 'just so', takesMs: 500 }]);
    const result = await runAttempts(port, policy, { deadlineAt: start(port) + 500 });
    expect(result).toEqual({ status: 'completed', output: 'just so' });
  });

  test('is what is left of it at every attempt', async () => {
    const port = new FakePort([failing({}, 1_000)]);
    await runAttempts(port, policy, { deadlineAt: start(port) + 25_000 });
    expect(port.attempts.map(({ timeoutMs }) => timeoutMs)).toEqual([25_000, 16_000, 7_000]);
  });
});

describe('a long invocation', () => {
  test('resumes with the number of its next attempt, its backoff and its limit', async () => {
    const port = new FakePort([failing()]);
    port.randomness = [0, 0];
    const result = await runAttempts(port, policyOf({ maximumAttempts: 6, maximumInterval: '1h' }), {
      firstAttempt: 4,
    });
    expect(port.attempts.map(({ attempt }) => attempt)).toEqual([4, 5, 6]);
    expect(waits(port)).toEqual([6_400, 12_800]);
    expect(result).toMatchObject({ status: 'failed', attempts: 6 });
  });

  test('continues in a fresh record after a wait, and never in the middle of an attempt', async () => {
    const port = new FakePort([failing()]);
    port.fullAfter = 3;
    const result = await runAttempts(port, policyOf({ maximumAttempts: 99 }));
    expect(result).toEqual({ status: 'continued', nextAttempt: 4, epoch: 0 });
    expect(port.calls.at(-1)).toMatch(/^sleep/);
  });

  test('that resumes after its deadline counts the attempts made before', async () => {
    const port = new FakePort([failing()]);
    const result = await runAttempts(port, policyOf(), { firstAttempt: 8, deadlineAt: start(port) - 1 });
    expect(result).toEqual({ status: 'timed_out', attempts: 7 });
  });
});

test.each(['attempt', 'sleep'])('a cancellation in an %s passes through unchanged', async (place) => {
  const cancelled = new Error('cancelled');
  const port = new FakePort([place === 'attempt' ? { throws: cancelled } : failing()]);
  port.cancelledInSleep = cancelled;
  await expect(runAttempts(port, policyOf())).rejects.toBe(cancelled);
});

test('the same answers of the world give the same calls, which is what a replay relies on', async () => {
  const story = () => {
    const port = new FakePort([failing({}, 700), failing({ retryAfterMs: 33 }), { takesMs: 99_999 }]);
    port.randomness = [0.3, 0.7, 0.1, 0.9, 0.2, 0.4];
    return port;
  };
  const [one, other] = [story(), story()];
  const policy = policyOf({ maximumAttempts: 6 });
  const results = [await runAttempts(one, policy), await runAttempts(other, policy)];
  expect(results[0]).toEqual(results[1]);
  expect(one.calls).toEqual(other.calls);
  expect(one.calls).toHaveLength(11);
});
