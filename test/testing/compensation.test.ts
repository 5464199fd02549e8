import { beforeEach, describe, expect, test } from 'vitest';
import { Action, ActionError } from '../../src/index.ts';
import type { CompensationInput } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';

/** The other side: what is held, by token. */
const held = new Set<string>();
let released: { token: string; attempt: number; type: string; output: unknown; isTold: boolean }[] = [];
beforeEach(() => {
  held.clear();
  released = [];
});

const hold = new Action({
  name: 'testing.hold',
  retry: { maximumAttempts: 3, initialInterval: '1m' },
  handler: (seats: number, ctx) => {
    held.add(ctx.idempotencyKey);
    return seats;
  },
  compensate: (_seats, { output, error, attempt, idempotencyKey: token, log, signal }) => {
    log.info('releasing');
    held.delete(token);
    released.push({ token, attempt, type: error.type, output, isTold: signal.aborted });
  },
  compensation: { retry: { maximumAttempts: 4, initialInterval: '10s' }, timeout: '20s' },
});
const types = (run: { entries: { type: string; attempt?: number }[] }) =>
  run.entries
    .filter(({ type }) => !/^(attempt|compensation|retry)\.(scheduled|started)$/.test(type))
    .map(({ type, attempt }) => (attempt === undefined ? type : `${type} ${attempt}`));

test('an attempt that was lost after its effect is taken back, and the next has another token', async () => {
  const run = await testAction(hold, { crash: { 1: 'after-handler' } }).run(2);
  const [first, second] = run.tokens;
  expect(run).toMatchObject({ status: 'completed', output: 2 });
  expect(run.tokens).toEqual([first, `${first}/1`]);
  expect(run.attempts.map(({ idempotencyKey }) => idempotencyKey)).toEqual([first, second]);
  expect([...held]).toEqual([second]);
  expect(released).toEqual([{ token: first, attempt: 1, type: 'WorkerLost', output: null, isTold: false }]);
  const compensation = { attempt: 1, tries: 1, outcome: 'completed', error: null, waits: [] };
  expect(run.compensations).toEqual([{ ...compensation, idempotencyKey: first }]);
  expect(run.waits).toEqual([60_000]);
  expect(types(run)).toEqual([
    'invocation.started',
    'attempt.timed_out 1',
    'compensation.completed 1',
    'attempt.completed 2',
    'invocation.completed',
  ]);
});

test('what a compensation logs says which attempt it takes back, and in which try', async () => {
  const faults = { failFirst: 1, compensation: { crash: { 1: 'after-handler' as const } } };
  const run = await testAction(hold, faults).run(2);
  expect(run.logs).toEqual(
    [1, 2].map((compensationAttempt) => ({
      ...{ attempt: 1, compensationAttempt, level: 'info', message: 'releasing', fields: {} },
    })),
  );
});

describe('a compensation with faults of its own', () => {
  test('is tried again by its own policy, on the same token', async () => {
    const run = await testAction(hold, { failFirst: 2, compensation: { failFirst: 2 } }).run(2);
    const [first, second, third] = run.tokens;
    expect(run.status).toBe('completed');
    expect(third).toBe(`${first}/2`);
    expect(released.map(({ token }) => token)).toEqual([first, second]);
    expect(run.compensations).toMatchObject(
      [1, 2].map((attempt) => ({ attempt, tries: 3, outcome: 'completed', waits: [10_000, 20_000] })),
    );
  });

  test.each([
    ['before-handler', 1],
    ['during-handler', 2],
    ['after-handler', 2],
  ] as const)('is tried again when its worker is lost %s', async (point, calls) => {
    const run = await testAction(hold, { failFirst: 1, compensation: { crash: { 1: point } } }).run(2);
    expect(run.compensations).toMatchObject([{ tries: 2, outcome: 'completed' }]);
    expect(released).toHaveLength(calls);
    expect(types(run)).toContain('compensation.timed_out 1');
  });

  test('has its own timeout', async () => {
    const run = await testAction(hold, { failFirst: 1, compensation: { takes: { 1: '21s' } } }).run(2);
    expect(run.compensations).toMatchObject([{ tries: 2, outcome: 'completed' }]);
    expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBe(20_000 + 10_000 + 60_000);
  });

  test('that fails for good ends the invocation loudly, without another attempt', async () => {
    const locked = new ActionError('still locked', { type: 'Locked' });
    const failAttempt = { 1: locked, 2: locked, 3: locked, 4: locked };
    const run = await testAction(hold, { crash: { 1: 'after-handler' }, compensation: { failAttempt } }).run(
      2,
    );
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'COMPENSATION_FAILED', type: 'CompensationFailed' },
      attempts: [{ outcome: 'timed_out' }],
      compensations: [
        {
          ...{ attempt: 1, tries: 4, outcome: 'failed', waits: [10_000, 20_000, 40_000] },
          error: { code: 'INVOCATION_FAILED', type: 'Locked', message: 'still locked' },
        },
      ],
    });
    expect(run.error?.message).toContain('Locked: still locked');
    expect(held.size).toBe(1);
  });
});

describe('what is told only after the last attempt was taken back', () => {
  test('a failure', async () => {
    const run = await testAction(hold, { failFirst: 3 }).run(2);
    expect(run).toMatchObject({ status: 'failed', error: { type: 'InjectedFailure' } });
    expect(run.compensations.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(types(run).slice(-2)).toEqual(['compensation.completed 3', 'invocation.failed']);
  });

  test('a deadline', async () => {
    const run = await testAction(hold, { takes: { 1: '10s' } }).run(2, { deadline: '5s' });
    expect(run.status).toBe('timed_out');
    expect(held.size).toBe(0);
    expect(types(run).slice(-2)).toEqual(['compensation.completed 1', 'invocation.timed_out']);
  });

  test('a cancellation in an attempt', async () => {
    const waiting = new Action({
      name: 'testing.hold-waiting',
      handler: (_: null, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
      compensate: (_, { error }) =>
        void released.push({ token: '', attempt: 1, type: error.code, output: null, isTold: false }),
    });
    const run = await testAction(waiting, { takes: { 1: '20s' }, cancelAt: '5s' }).run(null);
    expect(run.status).toBe('cancelled');
    expect(released).toMatchObject([{ type: 'INVOCATION_CANCELLED' }]);
    expect(types(run).slice(-2)).toEqual(['compensation.completed 1', 'invocation.cancelled']);
  });

  test('a cancellation while it was being taken back, which goes on all the same', async () => {
    const faults = { failFirst: 1, cancelAt: '15s', compensation: { failFirst: 2 } };
    const run = await testAction(hold, faults).run(2);
    expect(run.status).toBe('cancelled');
    expect(run.compensations).toMatchObject([{ tries: 3, outcome: 'completed' }]);
    expect(run.attempts).toHaveLength(1);
    expect(released).toMatchObject([{ isTold: false }]);
    const requested = run.entries.find(({ type }) => type === 'cancel.requested')!;
    expect(Date.parse(requested.at) - Date.parse(run.startedAt)).toBe(15_000);
  });
});

describe('another action that compensates', () => {
  const inputs: CompensationInput[] = [];
  const release = new Action({
    name: 'testing.release',
    retry: { maximumAttempts: 2, initialInterval: '3s' },
    handler: (input: CompensationInput<number>, ctx) => {
      inputs.push(input);
      held.delete(ctx.idempotencyKey);
    },
  });
  const holdOtherwise = new Action({
    name: 'testing.hold-otherwise',
    retry: { maximumAttempts: 1 },
    handler: (_seats: number, ctx): void => {
      held.add(ctx.idempotencyKey);
      throw new ActionError('sold out', { type: 'SoldOut' });
    },
    compensate: release,
  });

  test('gets the input and the reason, and has the policy of its own definition', async () => {
    const run = await testAction(holdOtherwise, { compensation: { failFirst: 1 } }).run(5);
    const error = { code: 'INVOCATION_FAILED', type: 'SoldOut', message: 'sold out' };
    expect(inputs).toEqual([{ input: 5, output: null, error, attempt: 1 }]);
    expect(run.compensations).toMatchObject([{ tries: 2, outcome: 'completed', waits: [3_000] }]);
    expect(held.size).toBe(0);
  });

  test('that the test has not imported is named', () => {
    const { policy } = release;
    const missing = new Action({
      name: 'testing.hold-without',
      handler: () => null,
      compensate: { name: 'testing.elsewhere', policy },
    });
    expect(() => testAction(missing)).toThrow(/"testing.elsewhere", which this test has not imported/);
  });
});
