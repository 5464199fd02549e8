import { expect, test } from 'vitest';
import { readInvocation, toEntries } from '../../src/audit/index.ts';
import { testAction } from '../../src/testing.ts';
import type { TestOptions } from '../../src/testing.ts';
import * as scenarios from '../histories/fixtures/scenarios.ts';
import { reading, recording } from '../histories/recording.ts';
import { timeless } from './timeless.ts';

type Scenario = (typeof scenarios)[keyof typeof scenarios];

async function play(action: Scenario, input: unknown, faults: TestOptions, deadline?: string) {
  const tested = testAction(action as never, faults);
  return await tested.run(input, deadline === undefined ? {} : { deadline });
}

const { completed, flaky, failed, declined, brokenOutput, slowRetry, endless, lateOnce, blocking } =
  scenarios;
const { sealed, stuck, calling } = scenarios;
const tx = { query: () => Promise.resolve({ rows: [], rowCount: 0 }) };

test.each<[string, Scenario, TestOptions, string?]>([
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
  ['sealed', sealed, { tx }],
  ['compensation-failed', stuck, {}],
  ['calls', calling, {}],
])('a test run tells the story "%s" as the real server did', async (name, action, faults, deadline) => {
  const record = recording(name);
  const real = readInvocation(record, reading);
  const run = await play(action, real.input, faults, deadline);
  expect(run.status).toBe(real.status);
  expect(run.attempts).toHaveLength(real.attempts);
  const [ours, theirs] = [run.entries, toEntries(record, reading)].map((entries) => entries.map(timeless));
  expect(ours).toEqual(theirs);
});
