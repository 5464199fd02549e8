import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Action, ActionError } from '../../src/index.ts';
import type { ActionContext } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';

let calls: { attempt: number; userId: string; mode: string; last: unknown }[] = [];
let behave: (ctx: ActionContext) => unknown = () => undefined;
beforeEach(() => {
  calls = [];
  behave = () => undefined;
});

const welcome = new Action({
  name: 'testing.welcome',
  version: '4',
  input: z.object({ userId: z.string(), mode: z.string().default('plain') }),
  output: z.object({ sent: z.boolean() }),
  retry: {
    maximumAttempts: 4,
    initialInterval: '1m',
    maximumInterval: '5m',
    nonRetryableErrorTypes: ['Banned'],
  },
  handler: async ({ userId, mode }, ctx) => {
    calls.push({ attempt: ctx.attempt, userId, mode, last: ctx.lastHeartbeat });
    await behave(ctx);
    return { sent: true };
  },
});
const input = { userId: 'u1' };
const ran = () => calls.map(({ attempt }) => attempt);
const types = (run: { entries: { type: string; attempt?: number }[] }) =>
  run.entries.map(({ type, attempt }) => (attempt === undefined ? type : `${type} ${attempt}`));

const forever = () => new Promise<never>(() => undefined);
const untilAborted = (ctx: ActionContext) =>
  new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)));

test('a run that completes at once has one attempt, no waits and the whole invocation', async () => {
  const run = await testAction(welcome).run(input);
  expect(run).toMatchObject({
    name: 'testing.welcome',
    kind: 'action',
    version: '4',
    status: 'completed',
    input,
    output: { sent: true },
    error: null,
    waits: [],
    attempts: [
      {
        number: 1,
        outcome: 'completed',
        output: { sent: true },
        error: null,
        input: { userId: 'u1', mode: 'plain' },
      },
    ],
  });
  expect(run.startedAt).toBe(run.closedAt);
});

test('backoffs of minutes pass at once and grow as the policy says, without jitter', async () => {
  const before = performance.now();
  const run = await testAction(welcome, { failFirst: 3 }).run(input);
  expect(run.waits).toEqual([60_000, 120_000, 240_000]);
  expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBe(420_000);
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(ran()).toEqual([4]);
  expect(run.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'completed']);
});

test('a run that fails does not throw, and tells why in the words of the contract', async () => {
  const run = await testAction(welcome, { failFirst: 9 }).run(input);
  const error = { code: 'INVOCATION_FAILED', type: 'InjectedFailure' };
  expect(run).toMatchObject({ status: 'failed', output: null, error });
  expect(run.attempts).toHaveLength(4);
  expect(run.attempts[3]!.error).toMatchObject(error);
  expect(types(run).slice(-2)).toEqual(['attempt.failed 4', 'invocation.failed']);
});

test('every attempt of a run has its token, and every run another', async () => {
  const t = testAction(welcome, { failFirst: 1, crash: { 2: 'after-handler' } });
  const [one, other] = await Promise.all([t.run(input), t.run(input)]);
  expect(one.tokens).toHaveLength(1);
  expect(new Set(one.attempts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  expect(other.tokens).not.toEqual(one.tokens);
  expect(other.id).not.toBe(one.id);
});

describe('failAttempt', () => {
  test('asks for a delay with its error, as a handler can', async () => {
    const error = new ActionError('busy', { type: 'Busy', retryAfter: '7h' });
    const run = await testAction(welcome, { failAttempt: { 1: error } }).run(input);
    expect(run.waits).toEqual([7 * 3_600_000]);
    expect(run.attempts[0]!.error).toMatchObject({ type: 'Busy', message: 'busy' });
  });

  test('with an error that is not retried ends the invocation', async () => {
    const banned = Object.assign(new Error('no'), { type: 'Banned' });
    const run = await testAction(welcome, { failFirst: 1, failAttempt: { 2: banned } }).run(input);
    expect(run).toMatchObject({ status: 'failed', error: { type: 'Banned', message: 'no' } });
    expect(run.attempts).toHaveLength(2);
    expect(ran()).toEqual([]);
  });
});

describe('a crash', () => {
  test.each([
    ['before-handler', [2]],
    ['during-handler', [1, 2]],
    ['after-handler', [1, 2]],
  ] as const)('%s is a lost worker, noticed after five seconds and retried', async (point, handlers) => {
    const run = await testAction(welcome, { crash: { 1: point } }).run(input);
    expect(ran()).toEqual(handlers);
    expect(run).toMatchObject({
      status: 'completed',
      waits: [60_000],
      attempts: [{ outcome: 'timed_out', error: { type: 'WorkerLost' } }, { outcome: 'completed' }],
    });
    const [lost] = run.attempts;
    expect(Date.parse(lost!.closedAt) - Date.parse(lost!.startedAt)).toBe(5_000);
  });

  test('during the handler takes its report, not the work it still does', async () => {
    let open: (() => void) | undefined;
    const late: number[] = [];
    behave = async (ctx) => {
      if (ctx.attempt > 1) return;
      await new Promise<void>((resolve) => (open = resolve));
      late.push(ctx.attempt);
    };
    const run = await testAction(welcome, { crash: { 1: 'during-handler' } }).run(input);
    expect(run.status).toBe('completed');
    expect(late).toEqual([]);
    open!();
    await expect.poll(() => late).toEqual([1]);
  });

  test('at the last attempt fails the invocation, though the effect has happened', async () => {
    const crash = { 1: 'after-handler', 2: 'after-handler', 3: 'after-handler', 4: 'after-handler' } as const;
    const run = await testAction(welcome, { crash }).run(input);
    expect(ran()).toEqual([1, 2, 3, 4]);
    expect(run).toMatchObject({ status: 'failed', error: { type: 'WorkerLost' } });
  });

  test('hands the progress of the lost attempt to the next', async () => {
    behave = (ctx) => ctx.heartbeat({ page: ctx.attempt });
    const run = await testAction(welcome, { crash: { 1: 'after-handler' } }).run(input);
    expect(calls.map(({ last }) => last)).toEqual([undefined, { page: 1 }]);
    expect(run.attempts.map(({ lastHeartbeat }) => lastHeartbeat)).toEqual([{ page: 1 }, { page: 2 }]);
  });
});

describe('a timeout', () => {
  test('passes on the clock for an attempt that takes too long, and its signal tells it', async () => {
    const reasons: unknown[] = [];
    behave = (ctx) =>
      ctx.attempt === 1 && untilAborted(ctx).catch((reason: Error) => void reasons.push(reason.name));
    const run = await testAction(welcome, { takes: { 1: '31s', 2: '30s' } }).run(input);
    expect(run.attempts.map(({ outcome }) => outcome)).toEqual(['timed_out', 'completed']);
    expect(run.attempts[0]!.error).toMatchObject({
      type: 'AttemptTimedOut',
      message: 'The attempt did not end within 30000 ms.',
    });
    expect(reasons).toEqual(['AttemptTimedOut']);
    expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBe(30_000 + 60_000 + 30_000);
  });

  test('ends a handler that never does, once the real patience is over', async () => {
    behave = (ctx) => (ctx.attempt === 1 ? forever() : undefined);
    const run = await testAction(welcome, { patience: '20ms' }).run(input);
    expect(run.attempts.map(({ outcome }) => outcome)).toEqual(['timed_out', 'completed']);
  });

  test('does not come from the real time that a handler takes', async () => {
    const quick = new Action({
      name: 'testing.quick',
      timeout: 1,
      handler: (_, { signal }) => delay(15, 'done', { signal }),
    });
    const run = await testAction(quick).run(undefined);
    expect(run).toMatchObject({ status: 'completed', output: 'done' });
  });
});

describe('a deadline', () => {
  test('ends the invocation when the wait would outlast it', async () => {
    const run = await testAction(welcome, { failFirst: 2 }).run(input, { deadline: '2m' });
    expect(run).toMatchObject({
      status: 'timed_out',
      waits: [60_000],
      error: {
        code: 'INVOCATION_TIMED_OUT',
        type: 'DeadlineExceeded',
        message: expect.stringMatching(
          /^The deadline passed after 2 attempts; last: InjectedFailure: /,
        ) as string,
      },
    });
    expect(types(run).at(-1)).toBe('invocation.timed_out');
  });

  test('cuts the timeout of an attempt', async () => {
    const run = await testAction(welcome, { takes: { 1: '10s' } }).run(input, { deadline: '4s' });
    expect(run.status).toBe('timed_out');
    expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBe(4_000);
  });
});

describe('a cancellation', () => {
  test('in a wait ends the invocation there', async () => {
    const run = await testAction(welcome, { failFirst: 1, cancelAt: '10s' }).run(input);
    expect(run).toMatchObject({
      status: 'cancelled',
      waits: [10_000],
      error: { code: 'INVOCATION_CANCELLED' },
    });
    expect(types(run).slice(-3)).toEqual(['retry.scheduled 2', 'cancel.requested', 'invocation.cancelled']);
  });

  test('in an attempt reaches the handler by its signal', async () => {
    behave = untilAborted;
    const run = await testAction(welcome, { takes: { 1: '20s' }, cancelAt: '10s' }).run(input);
    expect(run).toMatchObject({ status: 'cancelled', attempts: [{ outcome: 'cancelled', error: null }] });
    expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBe(10_000);
    expect(types(run).slice(-3)).toEqual(['cancel.requested', 'attempt.cancelled 1', 'invocation.cancelled']);
  });

  test('that the handler does not heed comes too late: the invocation completes', async () => {
    const run = await testAction(welcome, { takes: { 1: '20s' }, cancelAt: '10s' }).run(input);
    expect(run).toMatchObject({ status: 'completed', attempts: [{ outcome: 'completed' }] });
    expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBe(20_000);
    expect(types(run)).toContain('cancel.requested');
  });

  test('after a lost worker ends the invocation instead of retrying', async () => {
    const run = await testAction(welcome, { crash: { 1: 'before-handler' }, cancelAt: '2s' }).run(input);
    expect(run.status).toBe('cancelled');
    expect(types(run).slice(-3)).toEqual(['cancel.requested', 'attempt.timed_out 1', 'invocation.cancelled']);
  });
});

test('an input that the schema refuses rejects as a call would, and the handler does not run', async () => {
  await expect(testAction(welcome).run({ userId: 7 } as never)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('`userId`') as string,
  });
  expect(calls).toEqual([]);
});

test('an output that the schema refuses fails the invocation and is not retried', async () => {
  const broken = new Action({
    name: 'testing.broken',
    output: z.object({ id: z.string() }),
    handler: () => ({ id: 1 }) as never,
  });
  const run = await testAction(broken).run({});
  expect(run).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_INVALID' } });
  expect(run.attempts).toHaveLength(1);
});

test('what a handler does to its input does not reach the next attempt, and what it logs is kept', async () => {
  const seen: string[][] = [];
  const mutating = new Action({
    name: 'testing.mutating',
    handler: (list: string[], ctx) => {
      seen.push([...list]);
      list.push('changed');
      ctx.log.warn('once more', { attempt: ctx.attempt });
      if (ctx.attempt === 1) throw new Error('again');
      return list;
    },
  });
  const run = await testAction(mutating).run(['a']);
  expect(seen).toEqual([['a'], ['a']]);
  expect(run.input).toEqual(['a']);
  expect(run.output).toEqual(['a', 'changed']);
  expect(run.logs).toEqual(
    [1, 2].map((attempt) => ({ attempt, level: 'warn', message: 'once more', fields: { attempt } })),
  );
});

test('a hanging handler is given up also where the runner has replaced the timers, and leaves none behind', async () => {
  vi.useFakeTimers();
  try {
    behave = forever;
    const run = await testAction(welcome, { patience: '5ms' }).run(input);
    expect(run.attempts).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
