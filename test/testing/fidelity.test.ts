import { expect, test } from 'vitest';
import { readInvocation, toEntries } from '../../src/audit/index.ts';
import type { AuditEntry } from '../../src/core/invocation.ts';
import { testAction } from '../../src/testing.ts';
import type { TestFaults } from '../../src/testing.ts';
import * as scenarios from '../histories/fixtures/scenarios.ts';
import { reading, recording } from '../histories/recording.ts';

type Scenario = (typeof scenarios)[keyof typeof scenarios];

/** What of an entry is the same whenever and wherever it happens. */
const timeless = ({ seq, type, attempt, input, output, error }: AuditEntry) => ({
  seq,
  type,
  attempt,
  input,
  output,
  error: error && timelessError(error),
});

/** Temporal words the timeouts that it noticed in its own way, and the frames of a stack are another process's. */
const timelessError = ({ code, type, message, cause }: NonNullable<AuditEntry['error']>): unknown => ({
  code,
  type,
  ...(type !== 'WorkerLost' && type !== 'AttemptTimedOut' && { message }),
  ...(cause !== undefined && { cause: timelessError(cause as NonNullable<AuditEntry['error']>) }),
});

async function play(action: Scenario, input: unknown, faults: TestFaults, deadline?: string) {
  const tested = testAction(action as never, faults);
  return await tested.run(input, deadline === undefined ? {} : { deadline });
}

const { completed, flaky, failed, declined, brokenOutput, slowRetry, endless, lateOnce, blocking } =
  scenarios;

test.each<[string, Scenario, TestFaults, string?]>([
  ['completed', completed, {}],
  ['flaky', flaky, {}],
  ['failed', failed, {}],
  ['non-retryable', declined, {}],
  ['broken-output', brokenOutput, {}],
  ['deadline-in-wait', slowRetry, {}, '5m'],
  ['deadline-in-attempt', endless, { takes: { 1: '1h' } }, '400ms'],
  ['cancelled', endless, { takes: { 1: '50s' }, cancelAt: '1s' }],
  ['attempt-timed-out', lateOnce, { takes: { 1: '1s' } }],
  ['worker-lost', blocking, { crash: { 1: 'before-handler' } }],
])('a test run tells the story "%s" as the real server did', async (name, action, faults, deadline) => {
  const record = recording(name);
  const real = readInvocation(record, reading);
  const run = await play(action, real.input, faults, deadline);
  expect(run.status).toBe(real.status);
  expect(run.attempts).toHaveLength(real.attempts);
  const [ours, theirs] = [run.entries, toEntries(record, reading)].map((entries) => entries.map(timeless));
  expect(ours).toEqual(theirs);
});
