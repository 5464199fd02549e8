import { expect, test } from 'vitest';
import { Action, Workflow } from '../../src/index.ts';
import { testAction, testWorkflow } from '../../src/testing.ts';

const told: unknown[] = [];
const tell = new Action({ name: 'notice.tell', handler: (notice: unknown) => void told.push(notice) });

const failing = new Action({
  name: 'notice.failing',
  retry: { maximumAttempts: 2, initialInterval: '1s' },
  onFailure: tell,
  handler: (fails: boolean) => {
    if (fails) throw Object.assign(new Error('It is broken.'), { type: 'Broken' });
  },
});

const workflow = new Workflow({
  name: 'notice.workflow',
  onFailure: 'notice.tell',
  handler: async (fails: boolean) => await failing.invoke(fails),
});

const notice = (run: { id: string }, name: string, attempts: number, message: string) => ({
  name: 'notice.tell',
  input: {
    ...{ invocationId: run.id, name, input: true, attempts },
    error: { code: 'INVOCATION_FAILED', type: 'Broken', message },
  },
  key: null,
});

test('who is told of an action that failed for good is among what it started, and not run', async () => {
  const run = await testAction(failing).run(true);
  expect(run.enqueued).toEqual([notice(run, 'notice.failing', 2, 'It is broken.')]);
  expect(run.entries.map(({ type }) => type).slice(-3)).toEqual([
    'enqueued.scheduled',
    'enqueued.started',
    'invocation.failed',
  ]);
  expect(told).toEqual([]);
});

test('nobody is told of what completed, or was cancelled', async () => {
  expect((await testAction(failing).run(false)).enqueued).toEqual([]);
  const cancelled = await testAction(failing, { failFirst: 1, cancelAt: '500ms' }).run(true);
  expect([cancelled.status, cancelled.enqueued]).toEqual(['cancelled', []]);
  const ended = await testWorkflow(workflow).failFirst('notice.failing', 1).cancel({ at: '500ms' }).run(true);
  expect([ended.status, ended.enqueued]).toEqual(['cancelled', []]);
});

test('of a step that failed one is told, and of its workflow', async () => {
  const run = await testWorkflow(workflow).run(true);
  const [step] = run.steps;
  expect(step?.enqueued).toEqual([notice(run, 'notice.failing', 2, 'It is broken.')]);
  const message = '"notice.failing" failed after 2 attempts: Broken: It is broken.';
  expect(run.enqueued).toEqual([notice(run, 'notice.workflow', 1, message)]);
});
