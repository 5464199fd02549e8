import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Action } from '../../src/index.ts';
import { testAction } from '../../src/testing.ts';

let ran: number[] = [];
let statements: [unknown, unknown][] = [];
let refuse: string | undefined;
beforeEach(() => {
  ran = [];
  statements = [];
  refuse = undefined;
});

const tx = {
  async query<Row>(sql: unknown, params?: readonly unknown[]) {
    statements.push([sql, params]);
    if (sql === refuse) throw new Error('refused');
    return { rows: [{ balance: 7 }] as Row[], rowCount: 1 };
  },
};

const transfer = new Action({
  name: 'testing.transfer',
  transactional: true,
  retry: { maximumAttempts: 3, initialInterval: '1m' },
  handler: async (amount: number, ctx) => {
    ran.push(ctx.attempt);
    const { rows } = await ctx.tx.query<{ balance: number }>('update accounts set …', [amount]);
    return rows[0]!.balance;
  },
});

test('the statements of the handler go to the double, and no others', async () => {
  const run = await testAction(transfer, { tx }).run(3);
  expect(run).toMatchObject({ status: 'completed', output: 7, attempts: [{ committedBy: null }] });
  expect(statements).toEqual([['update accounts set …', [3]]]);
});

test('a transactional action without a double is refused with the ways to go on', () => {
  expect(() => testAction(transfer)).toThrow(/"testing.transfer" is transactional.*`tx`.*startTestServers/);
});

describe('a worker that is lost', () => {
  test('before the commit has left nothing, so that the handler runs again', async () => {
    const run = await testAction(transfer, { tx, crash: { 1: 'beforeCommit' } }).run(3);
    expect(ran).toEqual([1, 2]);
    expect(run.attempts).toMatchObject([
      { outcome: 'timed_out', error: { type: 'WorkerLost' } },
      { outcome: 'completed', committedBy: null },
    ]);
  });

  test.each(['afterCommit', 'after-handler'] as const)(
    '%s has committed: the next attempt gets its output and calls no handler',
    async (point) => {
      const run = await testAction(transfer, { tx, crash: { 1: point } }).run(3);
      expect(ran).toEqual([1]);
      expect(run).toMatchObject({
        status: 'completed',
        output: 7,
        tokens: [expect.any(String)],
        attempts: [
          { outcome: 'timed_out', committedBy: null },
          { outcome: 'completed', committedBy: 1 },
        ],
      });
      expect(run.entries.at(-2)).toMatchObject({ type: 'attempt.completed', committedBy: 1 });
    },
  );

  test('after the commit of the last attempt: the seal finds it, and the invocation completes', async () => {
    const crash = { 3: 'afterCommit' } as const;
    const run = await testAction(transfer, { tx, failFirst: 2, crash }).run(3);
    expect(run).toMatchObject({ status: 'completed', output: 7 });
    expect(run.entries.at(-2)).toMatchObject({ type: 'seal.completed', state: 'committed' });
  });

  test('somewhere it never gets to fails the test instead of passing for nothing', async () => {
    const failing = new Action({
      name: 'testing.transfer-failing',
      transactional: true,
      handler: () => Promise.reject(new Error('before the commit')),
    });
    const run = testAction(failing, { tx, crash: { 2: 'beforeCommit' } }).run(null);
    await expect(run).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(/^Attempt 2 .* "beforeCommit" and ended before/) as string,
    });
  });
});

test('a failure is told only when the token is sealed', async () => {
  const run = await testAction(transfer, { tx, failFirst: 3 }).run(3);
  expect(run.status).toBe('failed');
  expect(run.entries.slice(-2)).toMatchObject([
    { type: 'seal.completed', attempt: 3, state: 'sealed' },
    { type: 'invocation.failed' },
  ]);
});

test('an attempt that is out of time commits nothing, however fast its handler really was', async () => {
  const run = await testAction(transfer, { tx, takes: { 1: '31s' } }).run(3);
  expect(ran).toEqual([1, 2]);
  expect(run.attempts).toMatchObject([
    { outcome: 'timed_out', error: { type: 'AttemptTimedOut' } },
    { outcome: 'completed', committedBy: null },
  ]);
});

test('a cancellation before the commit rolls it back', async () => {
  const run = await testAction(transfer, { tx, takes: { 1: '20s' }, cancelAt: '5s' }).run(3);
  expect(run).toMatchObject({ status: 'cancelled', output: null, attempts: [{ outcome: 'cancelled' }] });
});

describe('the rules of the real transaction', () => {
  test('a statement that failed takes the others with it, though the handler goes on', async () => {
    refuse = 'update accounts set …';
    const careless = new Action({
      name: 'testing.transfer-careless',
      transactional: true,
      handler: async (_: null, ctx) => void (await ctx.tx.query(refuse!).catch(() => undefined)),
    });
    const run = await testAction(careless, { tx }).run(null);
    expect(run).toMatchObject({ status: 'failed', error: { type: 'TransactionAborted' } });
  });

  test('the platform ends it, nobody else, and not after the handler', async () => {
    let late: (() => Promise<unknown>) | undefined;
    const ending = new Action({
      name: 'testing.transfer-ending',
      transactional: true,
      handler: async (_: null, ctx) => {
        late = () => ctx.tx.query('select 1');
        await ctx.tx.query('commit');
      },
    });
    const run = await testAction(ending, { tx }).run(null);
    expect(run.error).toMatchObject({ type: 'TRANSACTION_CLOSED' });
    await expect(late!()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' });
    expect(statements).toEqual([]);
  });

  test('a broken output is found before it commits', async () => {
    const broken = new Action({
      name: 'testing.transfer-broken',
      transactional: true,
      handler: (_: null) => 1n as never,
    });
    const run = await testAction(broken, { tx }).run(null);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_INVALID' } });
    expect(run.entries.at(-2)).toMatchObject({ type: 'seal.completed', state: 'sealed' });
  });
});

test('what a query builder asks for beside the statement reaches the double', async () => {
  const built = new Action({
    name: 'testing.transfer-built',
    transactional: true,
    handler: async (_: null, ctx) => {
      await ctx.tx.query({ text: 'select $1', values: [1] });
      await ctx.tx.query({ text: 'select $1', rowMode: 'array' }, [2]);
    },
  });
  await testAction(built, { tx }).run(null);
  expect(statements).toEqual([
    ['select $1', [1]],
    [{ text: 'select $1', rowMode: 'array' }, [2]],
  ]);
});

test('a crash at the commit leaves no timer behind', async () => {
  vi.useFakeTimers();
  try {
    const crash = { 1: 'beforeCommit', 2: 'afterCommit' } as const;
    const run = await testAction(transfer, { tx, crash }).run(3);
    expect(run.status).toBe('completed');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
