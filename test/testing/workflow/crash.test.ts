import { beforeEach, expect, test } from 'vitest';
import { ActionError } from '../../../src/index.ts';
import { testWorkflow } from '../../../src/testing.ts';
import { done as ordered, order } from '../fixtures/order.ts';
import { does, done, note, part } from '../fixtures/process.ts';

beforeEach(() => {
  done.splice(0);
  ordered.splice(0);
});

const invalid = (message: string) => ({
  code: 'DEFINITION_INVALID',
  message: expect.stringContaining(message) as string,
});

test('a handler that runs again from its record does nothing twice', async () => {
  const run = await testWorkflow(order).crashAfter('card.charge/1').run({ item: 'book', amount: 7 });
  expect(run.status).toBe('completed');
  expect(ordered).toEqual(['reserve book', 'charge 7', 'ship book']);
  expect(run.logs.map(({ message }) => message)).toEqual(['begins', 'charging']);
});

test('a crash after every single thing changes nothing', async () => {
  let runs = 0;
  const workflow = does(async (ctx) => {
    runs++;
    const ids = [ctx.uuid(), ctx.uuid()];
    const texts = await Promise.all([note.invoke('a'), note.invoke('b'), part.invoke('c')]);
    const first = await Promise.race([
      ctx.sleep('2s').then(() => 'slow'),
      ctx.sleep('1s').then(() => 'fast'),
    ]);
    const paid = await ctx.waitForSignal('paid', undefined, { timeout: '1d' });
    const { by } = await ctx.approval('refund', { timeout: '1d' });
    ctx.set({ by });
    return { ids, texts, first, paid, by, at: ctx.now().toISOString() };
  });
  const tested = testWorkflow(workflow, { startAt: '2030-01-01T00:00:00Z' })
    .signal('paid', 7, { at: '2h' })
    .decide('refund', { approved: true, by: 'ann' });
  const calm = await tested.run(null);
  expect(runs).toBe(1);
  const rough = await tested.crashAfter().run(null);
  expect(runs).toBeGreaterThan(8);
  const { ids, ...output } = rough.output as { ids: string[] };
  expect(output).toEqual({ ...(calm.output as object), ids: undefined });
  expect(new Set(ids).size).toBe(2);
  expect(rough.entries.map(({ type }) => type)).toEqual(calm.entries.map(({ type }) => type));
});

test('a handler that does not do the same again is named, with what differs', async () => {
  let runs = 0;
  const workflow = does(async (ctx) => {
    if (++runs > 1) await ctx.sleep('1s');
    return await note.invoke('a');
  });
  await expect(testWorkflow(workflow).crashAfter('process.note/1').run(null)).rejects.toMatchObject(
    invalid(
      'as number 1 of what it does, it had asked for step "process.note/1" and now asked for a wait (sleep)',
    ),
  );
});

test('a handler that asks for less, or for more, than before is named', async () => {
  let runs = 0;
  const less = does(async () => {
    if (++runs === 1) await note.invoke('a');
    return await note.invoke('b').then(
      () => 'never',
      () => 'never',
    );
  });
  await expect(testWorkflow(less).crashAfter('process.note/2').run(null)).rejects.toMatchObject(
    invalid('it had asked for step "process.note/2" and now ended without it'),
  );
  runs = 0;
  const more = does(async () => await Promise.all(Array.from({ length: ++runs }, () => note.invoke('a'))));
  await expect(testWorkflow(more).crashAfter('process.note/1').run(null)).rejects.toMatchObject(
    invalid('it had not asked for anything more and now asked for step "process.note/2"'),
  );
});

test('what never happens is told, with the steps that there were', async () => {
  const workflow = does(async () => await note.invoke('a'));
  const tested = testWorkflow(workflow);
  const never = [
    tested.signal('paid', 7, { after: 'process.note/2' }),
    tested.failFirst('process.not', 1),
    tested.crashAfter('process.note/2'),
    tested.cancel({ at: '1h' }),
    tested.decide('refund', { approved: true }),
  ];
  for (const one of never)
    await expect(one.run(null)).rejects.toMatchObject(invalid('Its steps were: process.note/1.'));
});

test('a fault that can never be is told at the step that it is for', async () => {
  const workflow = does(async () => await note.invoke('a'));
  const tested = testWorkflow(workflow);
  await expect(
    tested.faults('process.note', { crash: { 4: 'after-handler' } }).run(null),
  ).rejects.toMatchObject(invalid('`process.note/1.crash` names attempt 4, which never comes'));
  await expect(tested.faults('process.note', { compensation: {} }).run(null)).rejects.toMatchObject(
    invalid('has no `compensate`'),
  );
  await expect(
    tested.faults('process.note', { crash: { 1: 'beforeReceipt' } }).run(null),
  ).rejects.toMatchObject(invalid('process.note/1: Attempt 1 was to lose its worker at "beforeReceipt"'));
});

test('a workflow that waits for what never comes is told so, and what it waits for', async () => {
  const waiting = does(async (ctx) => await ctx.waitForSignal('paid'));
  await expect(testWorkflow(waiting, { patience: '20ms' }).run(null)).rejects.toMatchObject(
    invalid('waits for signal paid, and nothing in this test will ever end that'),
  );
  const lost = does(async () => await new Promise(() => undefined));
  await expect(testWorkflow(lost, { patience: '20ms' }).run(null)).rejects.toMatchObject(
    invalid('something that is neither a step nor of its `ctx`'),
  );
});

test('a loop without an end is told so', async () => {
  const workflow = does(async (ctx) => {
    for (;;) await ctx.sleep('1d');
  });
  await expect(testWorkflow(workflow).run(null)).rejects.toMatchObject(invalid('has not ended after 51200'));
});

test('a double of what there is not is refused', () => {
  expect(() => testWorkflow(order, { actions: { 'card.chargee': () => null } })).toThrow('card.chargee');
});

test('an input that the workflow refuses is no run at all', async () => {
  await expect(testWorkflow(order).run(undefined as never)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('a step that nobody waits for fails the workflow', async () => {
  const workflow = does(async () => {
    void note.invoke('a').catch(() => undefined);
  });
  const run = await testWorkflow(workflow)
    .faults('process.note', { takes: { 1: '1s' } })
    .run(null);
  expect(run.error).toMatchObject({ code: 'INVOCATION_FAILED', type: 'StepNotAwaited' });
});

test('an output that JSON cannot hold fails the workflow, with the field named', async () => {
  const workflow = does(async () => ({ total: 1n }));
  const run = await testWorkflow(workflow).run(null);
  expect(run.error).toMatchObject({ code: 'OUTPUT_INVALID' });
  expect(run.error?.message).toContain('total');
});

test('a failure that the handler handles is none of the workflow', async () => {
  const workflow = does(async () => {
    try {
      return await note.invoke('primary');
    } catch (error) {
      return [(error as { type: string }).type, await note.invoke('other')];
    }
  });
  const down = new ActionError('Down.', { type: 'ProviderDown', nonRetryable: true });
  const run = await testWorkflow(workflow).failStep('process.note/1', down).run(null);
  expect(run.output).toEqual(['ProviderDown', 'other']);
});

test('`Date`, `Math.random` and `setTimeout` of a handler are those of the record', async () => {
  const before = [Date, Math.random, setTimeout, clearTimeout];
  let runs = 0;
  const workflow = does(async () => {
    runs++;
    const drawn = Math.random();
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    clearTimeout(setTimeout(() => void note.invoke('never'), 1_000));
    const today = await note.invoke(new Date().toISOString());
    return { drawn, again: Math.random(), today, at: Date.now(), isDate: new Date() instanceof Date };
  });
  const tested = testWorkflow(workflow, { startAt: '2030-01-01T00:00:00Z' });
  const run = await tested.crashAfter().run(null);
  const { drawn, again, ...output } = run.output as Record<string, unknown>;
  const today = '2030-01-01T01:00:00.000Z';
  expect(output).toEqual({ today, at: Date.parse(today), isDate: true });
  expect([run.elapsedMs, drawn === again, runs > 2]).toEqual([3_600_000, false, true]);
  expect([Date, Math.random, setTimeout, clearTimeout]).toEqual(before);
  expect(run.steps).toHaveLength(1);
});
