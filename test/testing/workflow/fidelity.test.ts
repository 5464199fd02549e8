import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Audit } from '../../../src/core/invocation.ts';
import type { Handle } from '../../../src/index.ts';
import { client } from '../../../src/index.ts';
import { startTestServers, testWorkflow } from '../../../src/testing.ts';
import type { TestServers, TestWorkflowRun, WorkflowTest } from '../../../src/testing.ts';
import * as stories from '../fixtures/stories.ts';
import { timeless, withoutTimes } from '../timeless.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers();
});
afterAll(() => servers.stop());

type Tested = WorkflowTest<never, unknown>;

interface Scenario {
  workflow?: 'story' | 'told';
  input: unknown;
  deadline?: string;
  /** What is done to the real one, and the same to the test run. */
  meanwhile?: (handle: Handle<unknown>) => Promise<void>;
  tested?: (test: Tested) => Tested;
}

async function really(name: string, { input, deadline, meanwhile }: Scenario): Promise<Audit> {
  const handle = await client.workflow(name).start(input, deadline === undefined ? {} : { deadline });
  await meanwhile?.(handle);
  await handle.result().catch(() => undefined);
  return await handle.audit();
}

async function until(handle: Handle<unknown>, type: string): Promise<void> {
  const types = async () => (await handle.audit()).entries.map((entry) => entry.type);
  await expect.poll(types, { timeout: 20_000 }).toContain(type);
}

/** What is the same wherever it happens: of its token the shape alone. */
const same = (entry: Audit['entries'][number]): unknown => {
  const { until: _, by: __, ...told } = timeless(entry) as Record<string, unknown>;
  const { input, output } = told;
  const isSettled = typeof output === 'object' && output !== null && 'settledBy' in output;
  if (isSettled) return { ...told, output: { settledBy: 'inv_…' } };
  const isNotice = typeof input === 'object' && input !== null && 'invocationId' in input;
  return isNotice ? { ...told, input: { ...input, invocationId: 'inv_…' } } : told;
};

test.each<[string, Scenario]>([
  ['steps in order', { input: { steps: [{ name: 'a' }, { name: 'b', kind: 'hold' }] } }],
  ['a retry', { input: { steps: [{ name: 'a', fail: [1] }] } }],
  [
    'tokens',
    {
      input: {
        steps: [
          { name: 'a', kind: 'token' },
          { name: 'b', kind: 'token', fail: [1] },
        ],
      },
    },
  ],
  ['a failure that is handled', { input: { steps: [{ name: 'a', fail: [1, 2], isOptional: true }] } }],
  [
    'a saga',
    {
      input: {
        steps: [
          { name: 'a', kind: 'hold' },
          { name: 'b', kind: 'holdByAction' },
          { name: 'c', fail: [1, 2] },
        ],
      },
    },
  ],
  [
    'a compensation that is tried again',
    {
      input: {
        steps: [
          { name: 'a', kind: 'hold', stuck: 1 },
          { name: 'c', fail: [1, 2] },
        ],
      },
    },
  ],
  [
    'a compensation that fails for good',
    {
      input: {
        steps: [
          { name: 'a', kind: 'hold' },
          { name: 'b', kind: 'hold', stuck: 2 },
          { name: 'c', fail: [1, 2] },
        ],
      },
    },
  ],
  ['a sleep', { input: { steps: [{ name: 'a' }], sleepMs: 50 } }],
  [
    'a deadline in a sleep',
    { input: { steps: [{ name: 'a', kind: 'hold' }], sleepMs: 60_000 }, deadline: '2s' },
  ],
  [
    'a signal',
    {
      input: { steps: [{ name: 'a' }], signal: true },
      meanwhile: async (handle) => {
        await until(handle, 'state.changed');
        await handle.signal('paid', { sum: 7 });
      },
      tested: (test) => test.signal('paid', { sum: 7 }, { after: 'story.plain/1' }),
    },
  ],
  [
    'an approval',
    {
      input: { steps: [{ name: 'a' }], approval: true },
      meanwhile: async (handle) => {
        await until(handle, 'approval.requested');
        const { approvals = [] } = await handle.describe();
        await handle.decide('refund', { digest: approvals[0]!.digest, approved: true });
      },
      tested: (test) => test.decide('refund', { approved: true, by: 'local' }),
    },
  ],
  [
    'a cancellation in a sleep',
    {
      input: { steps: [{ name: 'a', kind: 'hold' }], sleepMs: 60_000 },
      meanwhile: async (handle) => {
        await until(handle, 'sleep.started');
        await handle.cancel();
      },
      tested: (test) => test.cancel({ at: '1s' }),
    },
  ],
  [
    'a cancellation in an attempt',
    {
      input: {
        steps: [
          { name: 'a', kind: 'hold' },
          { name: 'b', kind: 'wait' },
        ],
      },
      meanwhile: async (handle) => {
        const isWaiting = async () =>
          (await handle.audit()).entries.some((one) => one.type === 'attempt.started' && one.step === 2);
        await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true);
        await handle.cancel();
      },
      tested: (test) => test.cancel({ at: '1s' }).faults('story.wait', { takes: { 1: '1h' } }),
    },
  ],
  ['a failure that is told', { workflow: 'told', input: { name: 'a', fail: [1, 2] } }],
  ['a child', { input: { steps: [{ name: 'a', kind: 'child' }] } }],
  [
    'a child that is taken back',
    {
      input: {
        steps: [
          { name: 'a', kind: 'child' },
          { name: 'b', fail: [1, 2] },
        ],
      },
    },
  ],
  ['a child that fails', { input: { steps: [{ name: 'a', kind: 'child', fail: [1, 2] }] } }],
])('a test run of a workflow tells of %s as the real servers do', async (_, scenario) => {
  const { workflow = 'story', input, deadline, tested = (test: Tested) => test } = scenario;
  const real = await really(stories[workflow].name, scenario);
  const asTested = tested(testWorkflow(stories[workflow] as never));
  const run = await asTested.run(input as never, deadline === undefined ? {} : { deadline });
  expect(run.entries.map(same)).toEqual(real.entries.map(same));
  expectSameEnd(run, real);
});

function expectSameEnd(run: TestWorkflowRun<unknown>, { invocation }: Audit): void {
  expect([run.status, run.output, run.error?.code]).toEqual([
    invocation.status,
    invocation.output,
    invocation.error?.code,
  ]);
  expect(withoutTimes(run.error?.message ?? '')).toBe(withoutTimes(invocation.error?.message ?? ''));
  expect(run.kind).toBe(invocation.kind);
}

test('a test run of a workflow tells of steps side by side, each by itself, as the real servers do', async () => {
  const plays = [{ name: 'a' }, { name: 'b', fail: [1] }, { name: 'c', fail: [1, 2] }];
  const real = await really(stories.sideBySide.name, { input: plays });
  const run = await testWorkflow(stories.sideBySide).run(plays);
  const byStep = (entries: Audit['entries']) =>
    [undefined, 1, 2, 3].map((step) =>
      entries.filter((entry) => entry.step === step).map((entry) => ({ ...timeless(entry), seq: 0 })),
    );
  expect(byStep(run.entries)).toEqual(byStep(real.entries));
  expect(run.entries.filter(({ type, parallel }) => type === 'action.started' && parallel)).toHaveLength(3);
  expectSameEnd(run, real);
});
