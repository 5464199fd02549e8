import { beforeEach, expect, test } from 'vitest';
import { ActionError, client } from '../../../src/index.ts';
import { testWorkflow } from '../../../src/testing.ts';
import { charge, done, order, reserve, ship } from '../fixtures/order.ts';
import { does, done as noted, insert, note, slow } from '../fixtures/process.ts';

beforeEach(() => {
  done.splice(0);
  noted.splice(0);
});

const book = { item: 'book', amount: 7 };
const statuses = ({ steps }: { steps: { path: string; status: string }[] }) =>
  steps.map(({ path, status }) => `${path} ${status}`);

test('a run goes through its steps, and days of sleep take no time', async () => {
  const run = await testWorkflow(order, { startAt: '2030-01-30T12:00:00Z' }).run(book);
  expect(run.status).toBe('completed');
  expect(run.kind).toBe('workflow');
  expect(run.output).toEqual({ parcel: 'parcel of book', id: run.steps[1]?.tokens[0], day: '2030-02-01' });
  expect(statuses(run)).toEqual([
    'stock.reserve/1 completed',
    'card.charge/1 completed',
    'parcel.ship/1 completed',
  ]);
  expect(run.state).toEqual({ at: 'shipped' });
  expect([run.elapsedMs, run.now]).toEqual([2 * 24 * 3_600_000, new Date('2030-02-01T12:00:00Z')]);
  expect(done).toEqual(['reserve book', 'charge 7', 'ship book']);
});

test('a step has the token of its place in the run', async () => {
  const run = await testWorkflow(order).run(book);
  expect(run.steps.map(({ tokens: [token = ''] }) => token.replace(/[0-9a-f-]{36}/, '…'))).toEqual([
    'order.process/…/stock.reserve/1',
    'order.process/…/card.charge/1',
    'order.process/…/parcel.ship/1',
  ]);
});

test('what was done is taken back, last first, when a step fails', async () => {
  const run = await testWorkflow(order).run({ ...book, item: 'anvil' });
  expect(run.error).toMatchObject({ code: 'INVOCATION_FAILED', type: 'TooHeavy' });
  expect(done).toEqual(['reserve anvil', 'charge 7', 'refund 7 of a charge', 'release anvil']);
  expect(run.steps.map(({ compensated }) => compensated)).toEqual([true, true, false]);
  expect(run.steps[2]?.error).toEqual({ code: 'INVOCATION_FAILED', type: 'TooHeavy', message: 'Too heavy.' });
});

test('a workflow that was called is taken back as well, and where that fails the others are all the same', async () => {
  const workflow = does(async () => {
    await reserve.invoke({ item: 'lamp' });
    await order.invoke(book);
    await ship.invoke({ item: 'anvil' });
  });
  const run = await testWorkflow(workflow).run(null);
  expect(done.slice(-3)).toEqual(['refund 7 of a charge', 'release book', 'release lamp']);
  expect(run.steps.map(({ compensated }) => compensated)).toEqual([true, true, false]);
  expect(run.steps[1]?.run?.steps.map(({ compensated }) => compensated)).toEqual([true, true, false]);
  done.splice(0);
  const compensate = () => Promise.reject(new Error('no answer'));
  const actions = { 'card.charge': { handler: () => ({ charge: 'c' }), compensate } };
  const stuck = await testWorkflow(workflow, { actions }).run(null);
  expect(stuck.error?.code).toBe('COMPENSATION_FAILED');
  expect(stuck.error?.message).toContain('order.process/1');
  expect(done.slice(-2)).toEqual(['release book', 'release lamp']);
  expect(stuck.steps.map(({ compensated }) => compensated)).toEqual([true, false, false]);
});

test('a double stands in for a handler, and nothing real takes back what it did', async () => {
  const asked: unknown[] = [];
  const failed = new ActionError('No van.', { type: 'NoVan', nonRetryable: true });
  const run = await testWorkflow(order, {
    actions: {
      'stock.reserve': (input, { idempotencyKey }) => {
        asked.push([input, idempotencyKey]);
        return { item: 'double' };
      },
      'card.charge': {
        handler: () => ({ charge: 'c1' }),
        compensate: (_, { output }) => void asked.push(output),
      },
      'parcel.ship': () => {
        throw failed;
      },
    },
  }).run(book);
  expect(done).toEqual([]);
  expect(asked).toEqual([[{ item: 'book' }, run.steps[0]?.tokens[0]], { charge: 'c1' }]);
  expect(run.steps.map(({ compensated }) => compensated)).toEqual([true, true, false]);
  expect(run.error?.type).toBe('NoVan');
});

test('the first attempts of a step fail, and it waits between them on the clock of the test', async () => {
  const run = await testWorkflow(order).failFirst('card.charge', 2).run(book);
  expect(run.status).toBe('completed');
  expect(run.steps[1]?.waits).toEqual([10_000, 20_000]);
  expect(run.steps[1]?.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'completed']);
  expect(run.steps[1]?.tokens).toHaveLength(3);
});

test('a step that fails for good fails with the error that the test has named', async () => {
  const declined = new ActionError('Declined.', { type: 'CardDeclined', nonRetryable: true });
  const run = await testWorkflow(order).failStep('card.charge/1', declined).run(book);
  expect(run.error).toMatchObject({ type: 'CardDeclined' });
  expect(statuses(run)).toEqual(['stock.reserve/1 completed', 'card.charge/1 failed']);
  expect(done).toEqual(['reserve book', 'refund 7 of nothing', 'release book']);
});

test('faults of a path go before those of a name', async () => {
  const workflow = does(async () => [await note.invoke('a'), await note.invoke('b')]);
  const tested = testWorkflow(workflow).failFirst('process.note', 2).failFirst('process.note/2', 0);
  const run = await tested.run(null);
  expect(run.steps.map(({ attempts }) => attempts.length)).toEqual([3, 1]);
});

test('a worker that is lost after the handler has it run again', async () => {
  const run = await testWorkflow(order)
    .faults('card.charge', { crash: { 1: 'after-handler' } })
    .run(book);
  expect(run.steps[1]?.attempts.map(({ outcome }) => outcome)).toEqual(['timed_out', 'completed']);
  expect(done).toEqual(['reserve book', 'charge 7', 'refund 7 of nothing', 'charge 7', 'ship book']);
});

test('a compensation that fails for good is told, and the others are made all the same', async () => {
  const run = await testWorkflow(order)
    .faults('card.charge', { compensation: { failFirst: 2 } })
    .run({ ...book, item: 'anvil' });
  expect(run.error?.code).toBe('COMPENSATION_FAILED');
  expect(run.error?.message).toContain('card.charge/1: InjectedFailure');
  expect(run.steps.map(({ compensated }) => compensated)).toEqual([true, false, false]);
  expect(run.steps[1]?.compensations[0]).toMatchObject({ tries: 2, outcome: 'failed' });
});

test('steps side by side pass the same time', async () => {
  const workflow = does(async () => await Promise.all(['a', 'b', 'c'].map((text) => note.invoke(text))));
  const run = await testWorkflow(workflow)
    .faults('process.note', { takes: { 1: '20s' } })
    .faults('process.note/2', { takes: { 1: '5s' } })
    .run(null);
  expect(run.output).toEqual(['a', 'b', 'c']);
  expect(run.elapsedMs).toBe(20_000);
  expect(run.steps[1]?.attempts[0]?.closedAt).toBe(new Date(run.now.getTime() - 15_000).toISOString());
});

test('`ctx.parallel` runs so many at a time', async () => {
  const items = ['a', 'b', 'c', 'd'];
  const workflow = does(
    async (ctx) => await ctx.parallel(items, (text) => note.invoke(text), { concurrency: 2 }),
  );
  const run = await testWorkflow(workflow)
    .faults('process.note', { takes: { 1: '10s' } })
    .run(null);
  expect(run.output).toEqual(items);
  expect(run.elapsedMs).toBe(20_000);
});

test('what the call says goes before what the definition says', async () => {
  const workflow = does(
    async () =>
      await note.invoke('a', { retry: { maximumAttempts: 2 }, timeout: '5s', delay: '1h', deadline: '2h' }),
  );
  const run = await testWorkflow(workflow)
    .faults('process.note', { takes: { 1: '6s', 2: '6s' } })
    .run(null);
  expect(run.steps[0]?.attempts.map(({ error }) => error?.type)).toEqual([
    'AttemptTimedOut',
    'AttemptTimedOut',
  ]);
  expect(run.elapsedMs).toBe(3_600_000 + 5_000 + 10_000 + 5_000);
});

test('a key is one step, however often it is called', async () => {
  const workflow = does(async () => [
    await note.invoke('a', { idempotencyKey: 'k' }),
    await note.invoke('a', { idempotencyKey: 'k' }),
    await note
      .invoke('b', { idempotencyKey: 'k' })
      .catch((error: unknown) => (error as { code: string }).code),
  ]);
  const run = await testWorkflow(workflow).run(null);
  expect(run.output).toEqual(['a', 'a', 'IDEMPOTENCY_MISMATCH']);
  expect(statuses(run)).toEqual(['process.note/key=k completed']);
});

test('`client.action` by name is a step in a handler, and a real call elsewhere', async () => {
  const workflow = does(async () => await client.action('process.note').invoke('by name'));
  const run = await testWorkflow(workflow).run(null);
  expect(statuses(run)).toEqual(['process.note/1 completed']);
});

test('a step that never ends is given up at its timeout', async () => {
  const workflow = does(async () => await slow.invoke(null));
  const run = await testWorkflow(workflow, { patience: '20ms' }).run(null);
  expect(run.steps[0]?.attempts[0]?.error?.type).toBe('AttemptTimedOut');
  expect(run.elapsedMs).toBe(60_000);
});

test('a transactional action has its statements answered by the double of the database', async () => {
  const said: unknown[] = [];
  const query = async (sql: unknown) => {
    said.push(sql);
    return { rows: [], rowCount: 1 };
  };
  const workflow = does(async () => await insert.invoke('a'));
  const run = await testWorkflow(workflow, { tx: { query } }).run(null);
  expect([run.output, said]).toEqual(['a', ['insert into notes values ($1)']]);
  await expect(testWorkflow(workflow).run(null)).rejects.toMatchObject({
    code: 'DEFINITION_INVALID',
    message: expect.stringContaining('`tx`') as string,
  });
  const replaced = await testWorkflow(workflow, { actions: { 'process.insert': () => 'double' } }).run(null);
  expect(replaced.output).toBe('double');
});

test('two tests at once do not mix', async () => {
  const [one, two] = await Promise.all([
    testWorkflow(order).run(book),
    testWorkflow(order).run({ item: 'pen', amount: 1 }),
  ]);
  expect([one, two].map(({ steps }) => steps.map(({ input }) => input))).toEqual([
    [{ item: 'book' }, { amount: 7 }, { item: 'book' }],
    [{ item: 'pen' }, { amount: 1 }, { item: 'pen' }],
  ]);
  expect([reserve, charge, ship].map(({ name }) => name)).toHaveLength(3);
});
