import { describe, expect, test, vi } from 'vitest';
import { isDoError } from '../../../src/core/errors.ts';
import './fixtures/actions.ts';
import { failureOf, fakeHost, report, run } from './support.ts';

describe('the handler of an isolated attempt', () => {
  test('runs in a process of its own, on what the schemas make of input and output', async () => {
    const output = (await run('isolate.typed', { id: 'a', unknown: true })) as { pid: number };
    expect(output).toEqual({ at: 5, pid: expect.any(Number) as number, given: { id: 'a', times: 1 } });
    expect(output.pid).not.toBe(process.pid);
  });

  test('has the context of the attempt, and reaches the worker through it', async () => {
    const fake = fakeHost();
    const staged = { name: 'other.action', workflowId: 'w', input: { n: 1 } };
    fake.host.stage = vi.fn(() => Promise.resolve(staged as never));
    const { output, enqueued } = await report('isolate.context', null, fake);
    expect(output).toEqual({
      invocationId: 'inv_1',
      attempt: 2,
      idempotencyKey: 'isolate/run-1',
      lastHeartbeat: { page: 6 },
      aborted: false,
    });
    expect(enqueued).toEqual([staged]);
    const request = { name: 'other.action', input: { n: 1 }, key: 'k', unique: 'isolate/run-1/1' };
    expect(fake.host.stage).toHaveBeenCalledExactlyOnceWith(request);
    // A process that is slow to start is heard of before it has begun.
    expect(fake.beats).toContainEqual({ page: 1 });
    expect(fake.lines).toHaveLength(3);
    expect(fake.lines).toEqual(
      expect.arrayContaining([
        { level: 'warn', message: 'half way', fields: { at: '1970-01-01T00:00:00.000Z', big: '1' } },
        { level: 'info', message: 'to standard output', fields: { stream: 'stdout' } },
        { level: 'warn', message: 'to standard error, with no line end', fields: { stream: 'stderr' } },
      ]),
    );
  });

  test('that returns nothing has the output null', async () => {
    await expect(run('isolate.thrown', { what: 'nothing' })).resolves.toBeNull();
  });

  test('does not run on an input its schema refuses, which no retry would cure', async () => {
    const { failure } = await failureOf('isolate.typed', { id: 1 });
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
    expect(failure.message).toContain('`id`');
  });

  test.each<[string, string, object]>([
    [
      'throws an ActionError',
      'error',
      { type: 'Declined', nonRetryable: true, cause: { message: 'because' } },
    ],
    ['throws what is no error', 'text', { type: 'Error', message: 'text', nonRetryable: false }],
    ['returns what JSON cannot hold', 'bigint', { code: 'OUTPUT_INVALID', nonRetryable: true }],
    ['uses a transaction it does not have', 'tx', { type: 'DEFINITION_INVALID' }],
    ['enqueues what the worker refuses', 'enqueue', { type: 'Error', message: 'nothing to start' }],
    ['invokes an action', 'invoke', { type: 'DEFINITION_INVALID' }],
  ])('that %s fails as it would in the worker, with its progress', async (_, what, failure) => {
    const failed = await failureOf('isolate.thrown', { what });
    expect(failed.failure).toMatchObject({ code: 'INVOCATION_FAILED', ...failure });
    expect(failed.lastHeartbeat).toEqual({ page: 7 });
  });

  test('meets errors of the worker with their code', async () => {
    const fake = fakeHost();
    const { DoError } = await import('../../../src/core/errors.ts');
    fake.host.stage = () => Promise.reject(new DoError('ACTION_NOT_FOUND', 'no such action'));
    const { failure } = await failureOf('isolate.thrown', { what: 'enqueue' }, fake);
    expect(failure).toMatchObject({ type: 'ACTION_NOT_FOUND', message: 'no such action' });
    expect(isDoError(failure)).toBe(false);
  });
});

describe('a process that ends before its handler', () => {
  test.each([
    ['process.exit', 'exit', /ended with exit code 3 .*the last line/],
    ['a signal', 'kill', /ended by SIGKILL .*out of memory.*the last line/],
    ['an error that nobody catches', 'uncaught', /ended with exit code 1 .*nobody catches this/s],
  ])('by %s fails its attempt with how it ended and the last it printed', async (_, how, message) => {
    const { failure } = await failureOf('isolate.ending', { how });
    expect(failure).toMatchObject({ type: 'ProcessEnded', nonRetryable: false });
    expect(failure.message).toMatch(message);
  });
});

describe('the limits of an isolated attempt', () => {
  test.each([
    ['buffers', false],
    ['the heap', true],
  ])('memory: one that fills %s is ended and says so', async (_, heap) => {
    const { failure } = await failureOf('isolate.greedy', { heap });
    expect(failure).toMatchObject({ type: 'MemoryLimitExceeded', nonRetryable: false });
    expect(failure.message).toContain('`isolate.memoryMiB` allows 160 MiB');
  });

  test('output: what is within the limit is logged line by line', async () => {
    const fake = fakeHost();
    await expect(run('isolate.loud', { lines: 60 }, fake)).resolves.toBe(60);
    expect(fake.lines.map(({ message }) => message.slice(0, 4))).toEqual(
      Array.from({ length: 60 }, (_, n) => String(n).padStart(4, '0')),
    );
  });

  test('output: what is beyond the limit ends the attempt and is not logged', async () => {
    const fake = fakeHost();
    const { failure } = await failureOf('isolate.loud', { lines: 5_000 }, fake);
    expect(failure).toMatchObject({ type: 'OutputLimitExceeded', nonRetryable: false });
    expect(failure.message).toContain('4 KiB');
    expect(fake.lines.length).toBeLessThan(70);
  });
});
