import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Audit } from '../../src/core/invocation.ts';
import { client } from '../../src/index.ts';
import { startTestServers, testAction } from '../../src/testing.ts';
import type { TestOptions, TestServers } from '../../src/testing.ts';
import * as actions from './fixtures/atomic.ts';
import { timeless, withoutTimes } from './timeless.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers();
  // Postgres takes its time to start; no attempt of the stories is to be late by that.
  await servers.postgres();
  await client.action(actions.slowInsert).run({});
});
afterAll(() => servers.stop());

const SLOT = Symbol.for('@do-sdk/core.failpoint');
const slot = globalThis as { [SLOT]?: ((name: string) => void) | undefined };
afterEach(() => void delete slot[SLOT]);

/** The platform's own code is stopped there, the same in a test run and on the real servers. */
function cutOff(point: string, times: number): void {
  let left = times;
  slot[SLOT] = (name) => {
    if (name === point && left-- > 0) throw new Error('cut off');
  };
}

/** What Postgres would answer to the one statement of these actions. */
const tx = {
  query: async <Row>(_sql: unknown, params: readonly unknown[] = []) => ({
    rows: [{ n: params[0] }] as Row[],
    rowCount: 1,
  }),
};

type Scenario = Exclude<keyof typeof actions, 'forgetTries'>;

async function really(action: Scenario, { input = {}, deadline, cancelAt }: Story): Promise<Audit> {
  const options = deadline === undefined ? {} : { deadline };
  const handle = await client.action(actions[action].name).start(input, options);
  if (cancelAt !== undefined) {
    const types = async () => (await handle.audit()).entries.map(({ type }) => type);
    await expect.poll(types, { timeout: 20_000 }).toContain(cancelAt);
    await handle.cancel();
  }
  await handle.result().catch(() => undefined);
  return await handle.audit();
}

interface Story {
  input?: unknown;
  options?: TestOptions;
  deadline?: string;
  /** The real one is cancelled when its audit has an entry of this type. */
  cancelAt?: string;
  /** A failpoint that throws, and how often. */
  cut?: [point: string, times: number];
}

const late = { takes: { 1: '5s' } } as const;
const cancelled = { takes: { 1: '10s' }, cancelAt: '1s' } as const;
const STARTED = 'attempt.started';
const isTransactional = (action: Scenario) => actions[action].safety?.transactional === true;

test.each<[string, Scenario, Story]>([
  ['a commit', 'insert', {}],
  ['a rollback and a commit', 'insert', { input: { fail: [1] } }],
  ['a token that is sealed before the failure is told', 'insert', { input: { fail: [1, 2] } }],
  ['a commit that nobody heard of', 'insert', { cut: ['attempt.beforeReport', 1] }],
  ['a commit that only the seal finds', 'insert', { cut: ['attempt.beforeReport', 2] }],
  ['a transaction that is out of time', 'insert', { input: { hang: [1] }, options: late }],
  ['a deadline in a transaction', 'insert', { input: { hang: [1] }, options: late, deadline: '800ms' }],
  ['an attempt that is taken back', 'hold', { input: { fail: [1] } }],
  ['a late attempt that is taken back', 'hold', { input: { hang: [1] }, options: late }],
  ['a compensation that is tried again', 'hold', { input: { fail: [1], stuck: 1 } }],
  ['a compensation that fails for good', 'hold', { input: { fail: [1], stuck: 2 } }],
  ['a deadline before a compensation', 'hold', { input: { hang: [1] }, options: late, deadline: '800ms' }],
  ['a compensation by another action', 'holdByAction', { input: { fail: [1, 2] } }],
  ['calls and their receipts', 'charge', {}],
  ['a call that failed and is made again', 'charge', { input: { fail: [1] } }],
  ['a call of which nobody knows', 'charge', { input: { hang: [1] }, options: late }],
  [
    'a call that is unknown to the end',
    'charge',
    { input: { hang: [1, 2] }, options: { takes: { 1: '5s', 2: '5s' } } },
  ],
  ['a cancelled transaction', 'slowInsert', { input: { wait: [1] }, options: cancelled, cancelAt: STARTED }],
  ['a cancelled attempt', 'slowHold', { input: { wait: [1] }, options: cancelled, cancelAt: STARTED }],
  [
    'a compensation that is not cancelled',
    'slowHold',
    { input: { fail: [1] }, options: { cancelAt: '500ms' }, cancelAt: 'retry.scheduled' },
  ],
  ['further invocations', 'enqueue', { input: { fail: [1], key: 'a' } }],
  ['further invocations that are dropped', 'enqueue', { input: { fail: [1, 2], key: 'b' } }],
  [
    'further invocations with a commit',
    'enqueueWithCommit',
    { input: { key: 'c' }, cut: ['attempt.beforeReport', 1] },
  ],
])('a test run tells of %s as the real servers do', async (_, action, story) => {
  const { input = {}, options = {}, deadline, cut } = story;
  const prepare = () => {
    actions.forgetTries();
    if (cut) cutOff(...cut);
  };
  prepare();
  const { invocation: real, entries } = await really(action, story);
  prepare();
  const double = isTransactional(action) ? { tx } : {};
  const tested = testAction(actions[action] as never, { ...options, ...double });
  const run = await tested.run(input, deadline === undefined ? {} : { deadline });
  expect(run.entries.map(timeless)).toEqual(entries.map(timeless));
  expect([run.status, run.output, run.error?.code]).toEqual([real.status, real.output, real.error?.code]);
  expect(withoutTimes(run.error?.message ?? '')).toBe(withoutTimes(real.error?.message ?? ''));
  expect(run.attempts).toHaveLength(real.attempts);
});
