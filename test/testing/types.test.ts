import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { Action, Workflow } from '../../src/index.ts';
import { testAction, testWorkflow } from '../../src/testing.ts';
import type { TestRun } from '../../src/testing.ts';

const typed = new Action({
  name: 'testing.typed',
  input: z.object({ id: z.string(), times: z.number().default(1) }),
  output: z.object({ at: z.string().transform(Number) }),
  handler: () => ({ at: '1' }),
});

// Checked by the compiler in `npm run check`.
test('a run takes the input and gives the output of a call', () => {
  const { run } = testAction(typed);
  expectTypeOf(run).parameter(0).toEqualTypeOf<{ id: string; times?: number | undefined }>();
  expectTypeOf(run).returns.resolves.toHaveProperty('output').toEqualTypeOf<{ at: number } | null>();
  // @ts-expect-error id is required
  void run({}).catch(() => undefined);
});

test('a double is a transaction, and what a run tells has types', () => {
  // @ts-expect-error query is required
  const options: Parameters<typeof testAction>[1] = { tx: {} };
  expectTypeOf(options).not.toBeAny();
  expectTypeOf<TestRun<number>['calls'][number]['state']>().toEqualTypeOf<'done' | 'replayed' | 'unknown'>();
  expectTypeOf<TestRun<number>['enqueued'][number]['key']>().toEqualTypeOf<string | null>();
});

test('a fault that does not exist does not compile', () => {
  // @ts-expect-error there is no such point
  const faults: Parameters<typeof testAction>[1] = { crash: { 1: 'in-between' } };
  expectTypeOf(faults).not.toBeAny();
});

const typedWorkflow = new Workflow({
  name: 'testing.typed-workflow',
  input: z.object({ id: z.string(), times: z.number().default(1) }),
  output: z.object({ at: z.string().transform(Number) }),
  handler: async () => ({ at: '1' }),
});

test('a run of a workflow takes the input and gives the output of a call, whatever is added to the test', () => {
  const tested = testWorkflow(typedWorkflow).failFirst('testing.typed', 1).signal('paid', 7, { at: '1h' });
  const run = (...args: Parameters<typeof tested.run>) => tested.run(...args);
  expectTypeOf(run).parameter(0).toEqualTypeOf<{ id: string; times?: number | undefined }>();
  expectTypeOf(run).returns.resolves.toHaveProperty('output').toEqualTypeOf<{ at: number } | null>();
});

test('a double may say what its input is, and a moment that does not exist does not compile', () => {
  const double = ({ id }: { id: string }) => ({ at: id });
  const tested = testWorkflow(typedWorkflow, { actions: { 'testing.typed': double } });
  // @ts-expect-error a moment is at a time or after a step
  expectTypeOf(tested.cancel({ before: 'testing.typed/1' })).not.toBeAny();
});
