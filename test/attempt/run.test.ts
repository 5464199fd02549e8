import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import type { ActionDefinition, AnyAction } from '../../src/core/definition.ts';
import { ActionError } from '../../src/core/action-error.ts';
import type { ActionContext } from '../../src/core/context.ts';
import type { AttemptEnvelope } from '../../src/core/envelope.ts';
import type { AttemptHost } from '../../src/attempt/host.ts';
import { AttemptFailed, runAttempt } from '../../src/attempt/run.ts';

const refuse = (): never => {
  throw new Error('no');
};

const rethrow = (thrown: unknown): never => {
  throw thrown as Error;
};

let defined = 0;
type Fields = Partial<Omit<ActionDefinition<unknown, unknown, unknown, unknown>, 'name'>>;
const actionWith = (fields: Fields): AnyAction =>
  new Action({ name: `attempt.run-${++defined}`, handler: () => null, ...fields });

const meta: AttemptEnvelope = {
  attempt: 2,
  maximumAttempts: 3,
  token: 'attempt.run/run-1',
  firstRunId: 'run-1',
  version: '1',
  lastHeartbeat: { page: 7 },
};

/** The process an attempt runs in, as far as it can tell. */
function fakeHost(timeoutMs = 30_000) {
  const beats: unknown[] = [];
  const canceller = new AbortController();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const host: AttemptHost = {
    invocationId: 'inv_1',
    timeoutMs,
    signal: canceller.signal,
    heartbeat: (details) => void beats.push(details),
    log: silent,
    store: () => Promise.reject(new Error('no database')),
    stage: () => Promise.reject(new Error('nothing to start')),
  };
  return { host, beats, canceller };
}

const run = async (action: AnyAction, input: unknown, { host } = fakeHost()) =>
  (await runAttempt({ action, role: 'handler', input, meta }, host)).output;

async function failureOf(action: AnyAction, input?: unknown, fake = fakeHost()): Promise<AttemptFailed> {
  const thrown = await run(action, input, fake).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(AttemptFailed);
  return thrown as AttemptFailed;
}

describe('the handler of an attempt', () => {
  test('is given the input as its schema makes it, with defaults', async () => {
    const input = z.object({ id: z.string(), times: z.number().default(1) });
    const action = actionWith({ input, handler: (given) => given });
    await expect(run(action, { id: 'a', unknown: true })).resolves.toEqual({ id: 'a', times: 1 });
  });

  test('is told which attempt of which invocation it is', async () => {
    let seen: ActionContext | undefined;
    const fake = fakeHost();
    const { host } = fake;
    await run(actionWith({ handler: (_, ctx) => void (seen = ctx) }), {}, fake);
    expect(seen).toMatchObject({
      invocationId: 'inv_1',
      attempt: 2,
      idempotencyKey: 'attempt.run/run-1',
      lastHeartbeat: { page: 7 },
      log: host.log,
    });
    expect(seen!.signal.aborted).toBe(false);
  });

  test('does not run on an input its schema refuses, which no retry would cure', async () => {
    const handler = vi.fn(() => null);
    const { failure } = await failureOf(actionWith({ input: z.object({ id: z.string() }), handler }), {
      id: 1,
    });
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
    expect(failure.message).toContain('`id`');
    expect(handler).not.toHaveBeenCalled();
  });

  test('may throw before it first waits', async () => {
    const handler = () => {
      throw new ActionError('no', { type: 'Declined', nonRetryable: true });
    };
    expect((await failureOf(actionWith({ handler }))).failure).toMatchObject({
      code: 'INVOCATION_FAILED',
      type: 'Declined',
      nonRetryable: true,
    });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'text'],
    ['a number', 0],
    ['a symbol', Symbol('s')],
    ['an object', {}],
    ['a Proxy that throws', new Proxy({}, { get: refuse })],
  ])('may throw %s', async (_, thrown) => {
    const { failure } = await failureOf(actionWith({ handler: async () => rethrow(thrown) }));
    expect(failure).toMatchObject({ code: 'INVOCATION_FAILED', type: 'Error', nonRetryable: false });
  });

  test('that fails by an error of another action does not pass for an invalid input of its own', async () => {
    const inner = Object.assign(new Error('The input of "other" is not valid'), { code: 'INPUT_INVALID' });
    inner.name = 'DoError';
    const { failure } = await failureOf(actionWith({ handler: () => Promise.reject(inner) }));
    expect(failure).toMatchObject({ code: 'INVOCATION_FAILED', type: 'INPUT_INVALID', nonRetryable: false });
  });
});

describe('the output of an attempt', () => {
  test('is null where the handler returns nothing', async () => {
    await expect(run(actionWith({ handler: () => undefined }), {})).resolves.toBeNull();
    await expect(
      run(actionWith({ output: z.null(), handler: () => undefined as never }), {}),
    ).resolves.toBeNull();
  });

  test('is what JSON makes of it', async () => {
    const handler = async () => ({ at: new Date(0), gone: undefined });
    await expect(run(actionWith({ handler }), {})).resolves.toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });

  test('is what its schema makes of it', async () => {
    const output = z.object({ at: z.date().transform((date) => date.getTime()) });
    const action = actionWith({ output, handler: () => ({ at: new Date(5) }) });
    await expect(run(action, {})).resolves.toEqual({ at: 5 });
  });

  test.each<[string, Fields]>([
    ['that its schema refuses', { output: z.object({ id: z.string() }), handler: () => ({ id: 1 }) }],
    ['that JSON cannot hold', { handler: () => ({ id: 1n }) }],
    ['that JSON cannot hold, with a schema for it', { output: z.bigint(), handler: () => 1n }],
    ['that a transform has broken', { output: z.string().transform(() => 1n), handler: () => 'a' }],
    ['that is too large', { handler: () => 'a'.repeat(2_000_000) }],
    ['that throws when it is read', { handler: () => new Proxy({}, { ownKeys: refuse }) }],
  ])('%s is OUTPUT_INVALID and not retried', async (_, fields) => {
    const { failure } = await failureOf(actionWith(fields));
    expect(failure).toMatchObject({ code: 'OUTPUT_INVALID', nonRetryable: true });
  });
});

describe('with the clock in hand', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const never = () => new Promise<never>(() => undefined);
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  test('the timeout aborts the signal, and a handler that heeds it ends at once', async () => {
    const fake = fakeHost(500);
    const failed = failureOf(actionWith({ handler: (_, { signal }) => untilAborted(signal) }), {}, fake);
    await vi.advanceTimersByTimeAsync(500);
    expect((await failed).failure).toMatchObject({
      type: 'AttemptTimedOut',
      message: 'The attempt did not end within 500 ms.',
      nonRetryable: false,
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what a handler throws once its signal is aborted is the cause and not the failure', async () => {
    const handler = async (_: unknown, { signal }: ActionContext) => {
      await untilAborted(signal).catch(() => undefined);
      throw new ActionError('the upload was half done', { type: 'HalfDone', nonRetryable: true });
    };
    const failed = failureOf(actionWith({ handler }), {}, fakeHost(500));
    await vi.advanceTimersByTimeAsync(500);
    expect((await failed).failure).toMatchObject({ type: 'AttemptTimedOut', cause: { type: 'HalfDone' } });
  });

  test('a handler that does not heed the timeout loses its slot a moment later', async () => {
    const ended = vi.fn();
    const fake = fakeHost(500);
    const failed = failureOf(actionWith({ handler: never }), {}, fake).finally(ended);
    await vi.advanceTimersByTimeAsync(1_499);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await failed).failure.type).toBe('AttemptTimedOut');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a timeout longer than any timer of Node is left to Temporal', async () => {
    const handler: ActionDefinition<unknown, unknown, unknown, unknown>['handler'] = async (_, ctx) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ctx.signal.aborted;
    };
    const action = actionWith({ handler });
    const ending = run(action, null, fakeHost(2 ** 31));
    await vi.advanceTimersByTimeAsync(10);
    expect(await ending).toBe(false);
  });

  test('the host aborts the signal when it cancels', async () => {
    const fake = fakeHost();
    const failed = failureOf(actionWith({ handler: (_, { signal }) => untilAborted(signal) }), {}, fake);
    await vi.advanceTimersByTimeAsync(10);
    fake.canceller.abort(new Error('CANCELLED'));
    expect((await failed).failure.message).toBe('CANCELLED');
  });

  test('heartbeats go out by themselves, four within the heartbeat timeout, and end with the attempt', async () => {
    const fake = fakeHost(20_000);
    let finish: ((value: unknown) => void) | undefined;
    const ended = run(actionWith({ handler: () => new Promise((resolve) => (finish = resolve)) }), {}, fake);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(fake.beats).toHaveLength(4);
    finish!('done');
    await expect(ended).resolves.toBe('done');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fake.beats).toHaveLength(4);
  });

  test('heartbeats carry the progress that the handler told last, and so does the failure', async () => {
    const fake = fakeHost(20_000);
    const handler = async (_: unknown, ctx: ActionContext) => {
      ctx.heartbeat({ page: 1 });
      ctx.heartbeat({ page: 2, at: new Date(0) });
      await vi.advanceTimersByTimeAsync(1_250);
      throw new Error('lost');
    };
    const { lastHeartbeat } = await failureOf(actionWith({ handler }), {}, fake);
    const last = { page: 2, at: '1970-01-01T00:00:00.000Z' };
    expect(fake.beats).toEqual([{ page: 1 }, last, last]);
    expect(lastHeartbeat).toEqual(last);
  });
});

test('an attempt that told no progress hands none on', async () => {
  const { lastHeartbeat } = await failureOf(actionWith({ handler: () => Promise.reject(new Error('x')) }));
  expect(lastHeartbeat).toBeUndefined();
});
