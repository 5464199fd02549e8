import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { testWorkflow } from '../../../src/testing.ts';
import { done as ordered, order } from '../fixtures/order.ts';
import { does, done, note, part, slow } from '../fixtures/process.ts';

beforeEach(() => {
  done.splice(0);
  ordered.splice(0);
});

const book = { item: 'book', amount: 7 };

test('a signal before the start waits for whoever asks for it', async () => {
  const workflow = does(async (ctx) => [await note.invoke('a'), await ctx.waitForSignal('paid')]);
  const run = await testWorkflow(workflow).signal('paid', { sum: 7 }).run(null);
  expect(run.output).toEqual(['a', { sum: 7 }]);
  expect(run.entries.map(({ type }) => type)).toContain('signal.received');
});

test('signals come when the test says, each for one wait', async () => {
  const workflow = does(async (ctx) => {
    const begun = ctx.now().getTime();
    const seen: unknown[] = [];
    for (const _ of [1, 2, 3]) {
      const payload = await ctx.waitForSignal('tick');
      seen.push([payload, ctx.now().getTime() - begun]);
      if (seen.length === 1) await note.invoke('a');
    }
    return seen;
  });
  const run = await testWorkflow(workflow)
    .signal('tick', 1, { at: '1h' })
    .signal('tick', 3, { at: '3d' })
    .signal('tick', 2, { after: 'process.note/1' })
    .run(null);
  expect(run.output).toEqual([
    [1, 3_600_000],
    [2, 3_600_000],
    [3, 3 * 24 * 3_600_000],
  ]);
});

test('a signal that does not come in time is told by an error', async () => {
  const workflow = does(async (ctx) => {
    try {
      return await ctx.waitForSignal('paid', undefined, { timeout: '7d' });
    } catch (error) {
      return (error as { type: string }).type;
    }
  });
  const run = await testWorkflow(workflow).run(null);
  expect([run.output, run.elapsedMs]).toEqual(['SignalTimedOut', 7 * 24 * 3_600_000]);
});

test('a payload that the schema refuses is passed over', async () => {
  const workflow = does(async (ctx) => await ctx.waitForSignal('paid', z.object({ sum: z.number() })));
  const run = await testWorkflow(workflow).signal('paid', 'much').signal('paid', { sum: 7 }).run(null);
  expect(run.output).toEqual({ sum: 7 });
  expect(run.logs[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('paid') as string });
});

const approving = () =>
  does(async (ctx) => {
    const schema = z.object({ limit: z.number() });
    const options = { subject: { sum: 70 }, schema, approvers: ['ann'], timeout: '2d' } as const;
    const { approved, by, reason, data } = await ctx.approval('refund', options);
    return { approved, by, reason, data };
  });

test('an approval is decided as soon as it is asked for, by who may', async () => {
  const decision = { approved: true, by: 'ann', reason: 'fair', data: { limit: 5 } };
  const run = await testWorkflow(approving()).decide('refund', decision).run(null);
  expect(run.output).toEqual(decision);
  expect(run.approvals[0]).toMatchObject({ name: 'refund', state: 'decided', subject: { sum: 70 } });
  expect(run.decisions).toEqual([{ name: 'refund', by: 'ann', approved: true, refused: null }]);
  expect(run.entries.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['approval.requested', 'approval.decided']),
  );
});

test('a decision that cannot be taken is refused, and the workflow waits on', async () => {
  const yes = { approved: true, by: 'ann', data: { limit: 5 } };
  const run = await testWorkflow(approving())
    .decide('refund', { ...yes, by: 'bob' }, { at: '1h' })
    .decide('refund', { ...yes, digest: 'stale' }, { at: '2h' })
    .decide('refund', { ...yes, data: 'much' }, { at: '3h' })
    .decide('other', yes, { at: '4h' })
    .decide('refund', ({ subject }) => ({ ...yes, reason: JSON.stringify(subject) }), { at: '5h' })
    .run(null);
  expect(run.decisions.map(({ refused }) => refused?.code)).toEqual([
    'FORBIDDEN',
    'APPROVAL_CONFLICT',
    'INPUT_INVALID',
    'APPROVAL_NOT_FOUND',
    undefined,
  ]);
  expect(run.output).toMatchObject({ approved: true, reason: '{"sum":70}' });
  expect(run.elapsedMs).toBe(5 * 3_600_000);
});

test('an approval that nobody decides on in time is told by an error', async () => {
  const run = await testWorkflow(approving()).run(null);
  expect(run.error?.type).toBe('ApprovalTimedOut');
  expect(run.approvals[0]?.state).toBe('expired');
});

test('a cancellation ends a sleep, and what was done is taken back', async () => {
  const run = await testWorkflow(order).cancel({ at: '1d' }).run(book);
  expect([run.status, run.elapsedMs]).toEqual(['cancelled', 24 * 3_600_000]);
  expect(ordered).toEqual(['reserve book', 'charge 7', 'refund 7 of a charge', 'release book']);
});

test('a cancellation after a step meets the next one', async () => {
  const run = await testWorkflow(order).cancel({ after: 'stock.reserve/1' }).run(book);
  expect(run.status).toBe('cancelled');
  expect(run.steps.map(({ path, status }) => `${path} ${status}`)).toEqual([
    'stock.reserve/1 completed',
    'card.charge/1 completed',
  ]);
  expect(run.steps.map(({ compensated }) => compensated)).toEqual([true, true]);
});

test('a cancellation is told to a running attempt', async () => {
  const workflow = does(async () => await slow.invoke(null));
  const run = await testWorkflow(workflow, { patience: '20ms' }).cancel({ at: '10s' }).run(null);
  expect([run.status, run.elapsedMs]).toEqual(['cancelled', 10_000]);
  expect(run.steps[0]?.attempts[0]?.outcome).toBe('cancelled');
});

test('a handler may end in its own way when it is cancelled', async () => {
  const workflow = does(async (ctx) => {
    try {
      await ctx.sleep('1d');
      return 'slept';
    } catch {
      return 'woken';
    }
  });
  const run = await testWorkflow(workflow).cancel({ at: '1h' }).run(null);
  expect([run.status, run.output]).toEqual(['completed', 'woken']);
});

test('a deadline ends what goes on, and is told as such', async () => {
  const run = await testWorkflow(order).run(book, { deadline: '1d' });
  expect([run.status, run.error?.code, run.elapsedMs]).toEqual([
    'timed_out',
    'INVOCATION_TIMED_OUT',
    24 * 3_600_000,
  ]);
  expect(run.steps.map(({ compensated }) => compensated)).toEqual([true, true]);
});

test('a workflow that is called runs on the same clock', async () => {
  const workflow = does(async () => await Promise.all([part.invoke('a'), part.invoke('b')]));
  const run = await testWorkflow(workflow).run(null);
  expect([run.output, run.elapsedMs]).toEqual([['a', 'b'], 3_600_000]);
  expect(run.steps[0]).toMatchObject({ path: 'process.part/1', kind: 'workflow', status: 'completed' });
  expect(run.steps[0]?.run?.steps[0]).toMatchObject({ path: 'process.note/1', output: 'a' });
});

test('a workflow that is called is cancelled with its caller', async () => {
  const workflow = does(async () => await part.invoke('a'));
  const run = await testWorkflow(workflow).cancel({ at: '10m' }).run(null);
  expect([run.status, run.steps[0]?.status, run.steps[0]?.run?.status]).toEqual(Array(3).fill('cancelled'));
  expect(done).toEqual([]);
});

test('a workflow that is called can be replaced, or fail', async () => {
  const workflow = does(async () => await part.invoke('a'));
  const replaced = await testWorkflow(workflow, { actions: { 'process.part': () => 'double' } }).run(null);
  expect([replaced.output, replaced.elapsedMs, done]).toEqual(['double', 0, []]);
  const gone = Object.assign(new Error('gone'), { type: 'Gone' });
  const failed = await testWorkflow(workflow).failStep('process.part/1', gone).run(null);
  expect(failed.error?.type).toBe('Gone');
});
