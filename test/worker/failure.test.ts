import { expect, test } from 'vitest';
import { AttemptFailed } from '../../src/attempt/run.ts';
import type { Failure } from '../../src/core/failure.ts';
import { toTemporal } from '../../src/worker/failure.ts';

const failed = (nonRetryable: boolean) =>
  new AttemptFailed(
    { code: 'INVOCATION_FAILED', type: 'Busy', message: 'busy', nonRetryable } satisfies Failure,
    undefined,
    [],
  );
const telling = (isGivenBack: boolean) => ({ ran: {}, isGivenBack, leftMs: Infinity });
const { signal } = new AbortController();

test('what has begun Temporal never offers again by itself, and the loop is told whether to', () => {
  expect(toTemporal(failed(false), signal, telling(true))).toMatchObject({
    nonRetryable: true,
    details: [{ retryable: true }],
  });
  const final = toTemporal(failed(true), signal, telling(true));
  expect(final).toMatchObject({ nonRetryable: true });
  expect(final).not.toHaveProperty('details.0.retryable');
  expect(toTemporal(new Error('not ours'), signal, telling(true))).toMatchObject({
    nonRetryable: true,
    details: [{ retryable: true }],
  });
});

test('of an attempt without a limit Temporal is told what it was told before', () => {
  const told = toTemporal(failed(false), signal, telling(false));
  expect(told).toMatchObject({ nonRetryable: false, details: [{ code: 'INVOCATION_FAILED' }] });
  expect(told).not.toHaveProperty('details.0.retryable');
});

test('what waits for a slot in a worker that shuts down goes to another one', () => {
  const shutdown = AbortSignal.abort(new Error('WORKER_SHUTDOWN'));
  expect(toTemporal(shutdown.reason, shutdown, telling(true))).toMatchObject({
    type: 'do.slot-busy',
    nonRetryable: false,
  });
});
