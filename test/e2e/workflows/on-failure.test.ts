import { describe, expect, test } from 'vitest';
import { failureOf, useSystem } from '../atomic/system.ts';
import * as told from './fixtures/told.ts';
import { done } from './fixtures/stage.ts';

const { fails, notices } = told;
const system = useSystem();
const toldOf = (scene: string) => notices.filter(({ input }) => input.scene === scene);
const paged = async (scene: string, many: number) => {
  await expect.poll(() => toldOf(scene).length, { timeout: 20_000 }).toBe(many);
  return toldOf(scene);
};
const startedBy = async (id: string) =>
  (await system.session.backend.audit(id)).entries.filter(({ type }) => type === 'enqueued.started');

describe('an action that finally failed', () => {
  test('has the action told that its definition names, once, on record of the invocation', async () => {
    fails('action', 'charge');
    const { invocation } = await failureOf(system.client.action(told.charge).invoke({ scene: 'action' }));
    expect(await paged('action', 1)).toEqual([
      {
        invocationId: invocation.id,
        name: 'told.charge',
        input: { scene: 'action' },
        error: { code: 'INVOCATION_FAILED', type: 'Error', message: 'charge failed' },
        attempts: 2,
      },
    ]);
    const rows = await startedBy(invocation.id);
    expect(rows.map(({ name }) => name)).toContain('told.page');
  });

  test('has nobody told when it was cancelled', async () => {
    fails('cancelled', 'charge');
    const handle = await system.client.action(told.charge).start({ scene: 'cancelled' }, { delay: '1h' });
    await handle.cancel();
    expect((await failureOf(handle.result())).code).toBe('INVOCATION_CANCELLED');
    expect(await startedBy(handle.id)).toEqual([]);
  });

  test('has it told of a deadline that passed', async () => {
    fails('late', 'charge');
    const options = { deadline: '1ms' };
    const { code } = await failureOf(system.client.action(told.charge).invoke({ scene: 'late' }, options));
    expect(code).toBe('INVOCATION_TIMED_OUT');
    expect((await paged('late', 1))[0]?.error.code).toBe('INVOCATION_TIMED_OUT');
  });

  test('has nobody told of the notice that failed in turn', async () => {
    fails('loop', 'unluckily');
    await failureOf(system.client.action(told.unluckily).invoke({ scene: 'loop' }));
    await expect.poll(() => done('loop'), { timeout: 20_000 }).toEqual(['unlucky']);
    const { items } = await system.client.invocations.list({ name: 'told.unlucky', status: 'failed' });
    await expect
      .poll(
        async () =>
          (await system.client.invocations.list({ name: 'told.unlucky', status: 'failed' })).items.length,
      )
      .toBe(1);
    expect(items.length).toBeLessThanOrEqual(1);
    expect(toldOf('loop')).toEqual([]);
  });

  test('is refused before it starts where nobody has the action that it names', async () => {
    const handler = () => null;
    const { Action } = await import('../../../src/core/action.ts');
    const lost = new Action({ name: 'told.lost', onFailure: 'told.nobody', handler });
    const error = await failureOf(system.client.action(lost).invoke({}));
    expect(error).toMatchObject({ code: 'ACTION_NOT_FOUND' });
    expect((error as unknown as Error).message).toContain('"told.nobody"');
  });
});

describe('a step that finally failed', () => {
  test('has the action told that the definition names, or that the call does, also where the handler goes on', async () => {
    fails('steps', 'charge', 'plain');
    const invocation = await system.client.workflow(told.patient.name).run({ scene: 'steps' });
    expect(invocation.output).toBe('went on');
    const both = await paged('steps', 2);
    expect(both.map(({ name }) => name).toSorted()).toEqual(['told.charge', 'told.plain']);
    expect(both.map(({ attempts, invocationId }) => [attempts, invocationId])).toEqual([
      [2, invocation.id],
      [2, invocation.id],
    ]);
    expect(await startedBy(invocation.id)).toHaveLength(2);
  });
});

describe('a workflow that finally failed', () => {
  test('has the action told once all was taken back', async () => {
    fails('workflow', 'plain');
    const { invocation } = await failureOf(
      system.client.workflow(told.failing.name).invoke({ scene: 'workflow' }),
    );
    const [notice] = await paged('workflow', 1);
    expect(notice).toMatchObject({
      invocationId: invocation.id,
      name: 'told.failing',
      error: { type: 'Error' },
    });
    expect(done('workflow')).toEqual(['hold', 'let go', 'page of told.failing']);
  });

  test('has it told of a deadline, not of a cancellation or a terminate, and of what could not be taken back', async () => {
    const workflow = system.client.workflow(told.waiting.name);
    const waits = async (scene: string) => {
      const handle = await workflow.start({ scene });
      await expect.poll(async () => (await handle.describe()).state, { timeout: 20_000 }).toBe('waits');
      return handle;
    };
    const late = failureOf(workflow.invoke({ scene: 'waited' }, { deadline: '1s' }));
    fails('stays', 'let go');
    const [ended, killed, stays] = await Promise.all(['ended', 'killed', 'stays'].map(waits));
    await Promise.all([ended!.cancel(), stays!.cancel(), system.terminate(killed!.id), late]);
    expect((await failureOf(ended!.result())).code).toBe('INVOCATION_CANCELLED');
    expect((await failureOf(stays!.result())).code).toBe('COMPENSATION_FAILED');
    const settledBy = async () => (await killed!.describe()).settledBy;
    await expect.poll(settledBy, { timeout: 20_000 }).toBeDefined();
    const settling = (await settledBy())!;
    expect((await system.closed(settling)).status).toBe('completed');
    expect((await paged('waited', 1))[0]?.error.code).toBe('INVOCATION_TIMED_OUT');
    expect((await paged('stays', 1))[0]?.error.code).toBe('COMPENSATION_FAILED');
    const others = [ended!.id, killed!.id, settling].map(startedBy);
    expect((await Promise.all(others)).flat()).toEqual([]);
  });

  test('has it told also where another one called it', async () => {
    fails('child', 'plain');
    expect(await system.client.workflow(told.parent.name).invoke({ scene: 'child' })).toBe('went on');
    expect((await paged('child', 1))[0]?.name).toBe('told.failing');
  });
});
