import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { WorkflowEntry } from '../../../src/core/catalogue.ts';
import type { WorkflowEnvelope } from '../../../src/core/envelope.ts';
import { findExecution } from '../../../src/temporal/find.ts';
import { executionOf, invocationIdOf } from '../../../src/temporal/ids.ts';
import { toPayload, toPayloads } from '../../../src/temporal/payloads.ts';
import { atFailpoint, failureOf, useSystem } from '../atomic/system.ts';
import {
  calling,
  charge,
  many,
  order,
  parent,
  refund,
  reserve,
  ship,
  store,
  storing,
  waiting,
} from './fixtures/shop.ts';
import type { Scene } from './fixtures/stage.ts';
import { done, play, plays } from './fixtures/stage.ts';

void [charge, refund, reserve, ship, store];
const system = useSystem();
const start = (workflow: { name: string }, input: Scene, options = {}) =>
  system.client.workflow(workflow.name).start(input, options);
const settled = async (id: string) => {
  const settledBy = async () => (await system.client.invocations.get(id)).settledBy;
  await expect.poll(settledBy, { timeout: 20_000 }).toBeDefined();
  return await system.closed((await settledBy())!);
};
/** With what no caller can set. */
async function startByHand(
  name: string,
  input: Scene,
  { envelope = {}, runTimeoutS }: { envelope?: Partial<WorkflowEnvelope>; runTimeoutS?: number },
) {
  const { temporal, catalogue } = system.session;
  const entry = catalogue.get(name) as WorkflowEntry;
  const workflowId = `${name}/local/${input.scene}`;
  const own = { version: '1', caller: 'local' };
  const { runId } = await temporal.connection.workflowService.startWorkflowExecution({
    namespace: temporal.namespace,
    requestId: randomUUID(),
    workflowId,
    workflowType: { name },
    taskQueue: { name: entry.queue },
    ...(runTimeoutS !== undefined && { workflowRunTimeout: { seconds: runTimeoutS as never } }),
    input: toPayloads(input, { ...own, ...envelope }),
    memo: { fields: { do: toPayload({ kind: 'workflow', ...own, settle: true }) } },
  });
  const id = invocationIdOf({ workflowId, firstRunId: runId });
  return { id, describe: () => system.client.invocations.get(id) };
}
const never = () => new Promise(() => undefined);

describe("a workflow that ends by Temporal's terminate, which runs no code of its own,", () => {
  test('is taken back last first by an invocation of its own, the open step as well', async () => {
    play('open', 'ship', never);
    const handle = await start(order, { scene: 'open' });
    await expect.poll(() => done('open'), { timeout: 20_000 }).toEqual(['reserve', 'charge']);
    await system.terminate(handle.id);
    expect(await settled(handle.id)).toMatchObject({
      name: 'shop.order:settle',
      kind: 'workflow',
      status: 'completed',
      settles: handle.id,
      output: { outcome: 'compensated' },
    });
    expect(done('open')).toEqual(['reserve', 'charge', 'refund', 'release']);
    expect((await handle.describe()).status).toBe('terminated');
  });

  test('is taken back also in the middle of taking itself back, and no step twice', async () => {
    play('middle', 'ship', () => Promise.reject(new Error('no')));
    play('middle', 'release', never);
    const handle = await start(order, { scene: 'middle' });
    await expect.poll(() => done('middle'), { timeout: 20_000 }).toEqual(['reserve', 'charge', 'refund']);
    await system.terminate(handle.id);
    plays.delete('middle release');
    expect(await settled(handle.id)).toMatchObject({ status: 'completed' });
    expect(done('middle')).toEqual(['reserve', 'charge', 'refund', 'release']);
  });

  test('is taken back page by page where that is more than one message takes', async () => {
    const handle = await startByHand(many.name, { scene: 'many' }, { envelope: { recordLimit: 50 } });
    await expect.poll(async () => (await handle.describe()).state, { timeout: 40_000 }).toBe('waits');
    await system.terminate(handle.id);
    const { id, status } = await settled(handle.id);
    expect(status).toBe('completed');
    const { entries } = await system.session.backend.audit(id);
    expect(entries.filter(({ type }) => type === 'unsettled.completed').length).toBeGreaterThan(5);
    const last = await findExecution(system.session.temporal, { workflowId: executionOf(id).workflowId });
    expect(last?.runId).not.toBe(executionOf(id).firstRunId);
    const listed = async () => (await system.client.invocations.list({ status: 'completed' })).items;
    await expect.poll(async () => (await listed()).map((item) => item.id)).toContain(id);
    const released = done('many').filter((what) => what.startsWith('release'));
    expect(released).toHaveLength(40);
    expect(new Set(released).size).toBe(40);
  });

  test('has its children cancelled, which take back what they have done', async () => {
    const handle = await start(parent, { scene: 'sleep/child' });
    await expect.poll(() => done('sleep/child'), { timeout: 20_000 }).toEqual(['reserve', 'reserve 1']);
    await system.terminate(handle.id);
    await expect
      .poll(() => done('sleep/child').toSorted(), { timeout: 20_000 })
      .toEqual(['release', 'release 1', 'reserve', 'reserve 1']);
  });

  test('has taken back what workflows had done that it called, those that complete all the same as well', async () => {
    const all = ['reserve', 'reserve first', 'reserve inner', 'reserve last', 'charge'];
    const back = ['refund', 'release last', 'release inner', 'release first', 'release'];
    const waits = await start(calling, { scene: 'called', note: 'waits' });
    const calls = await start(calling, { scene: 'calls', note: 'calls' });
    await expect.poll(() => done('called'), { timeout: 20_000 }).toEqual(all);
    await expect.poll(() => done('calls'), { timeout: 20_000 }).toEqual([...all, 'reserve swallows']);
    await Promise.all([system.terminate(waits.id), system.terminate(calls.id)]);
    expect(await settled(waits.id)).toMatchObject({ status: 'completed' });
    expect(done('called')).toEqual([...all, ...back]);
    expect(await settled(calls.id)).toMatchObject({ status: 'completed' });
    expect(done('calls')).toEqual([...all, 'reserve swallows', 'release swallows', ...back]);
  });

  test('has nothing settled when it had nothing to take back', async () => {
    const handle = await start(waiting, { scene: 'sleep/nothing' }, { delay: '1h' });
    await system.terminate(handle.id);
    expect((await handle.describe()).status).toBe('terminated');
    expect((await failureOf(system.session.backend.compensate(handle.id))).code).toBe('INVOCATION_SETTLED');
  });
});

test("a workflow that ends by Temporal's own timeout is taken back as well", async () => {
  const { id } = await startByHand(waiting.name, { scene: 'sleep/timeout' }, { runTimeoutS: 3 });
  expect(await settled(id)).toMatchObject({ status: 'completed' });
  expect(done('sleep/timeout')).toEqual(['reserve', 'release']);
});

describe('a repeat under the key of a terminated workflow', () => {
  test('takes it back before its own first step', async () => {
    play('again', 'ship', never);
    const options = { idempotencyKey: 'again' };
    const first = await start(order, { scene: 'again' }, options);
    await expect.poll(() => done('again'), { timeout: 20_000 }).toEqual(['reserve', 'charge']);
    await system.terminate(first.id);
    plays.delete('again ship');
    const second = await start(order, { scene: 'again' }, options);
    expect(await second.result()).toEqual({ did: 'ship' });
    expect(second.id).not.toBe(first.id);
    expect(done('again')).toEqual(['reserve', 'charge', 'refund', 'release', 'reserve', 'charge', 'ship']);
  });

  test('begins nothing where it cannot be taken back', async () => {
    play('stuck', 'ship', never);
    play('stuck', 'release', () => Promise.reject(new Error('no')));
    const options = { idempotencyKey: 'stuck' };
    const first = await start(order, { scene: 'stuck' }, options);
    await expect.poll(() => done('stuck'), { timeout: 20_000 }).toEqual(['reserve', 'charge']);
    await system.terminate(first.id);
    const { code } = await failureOf((await start(order, { scene: 'stuck' }, options)).result());
    expect(code).toBe('COMPENSATION_FAILED');
    expect(done('stuck')).toEqual(['reserve', 'charge', 'refund']);
    plays.clear();
    expect(await (await start(order, { scene: 'stuck' }, options)).result()).toEqual({ did: 'ship' });
    expect(done('stuck').slice(3)).toEqual(['release', 'reserve', 'charge', 'ship']);
  });
});

test('a step that had committed, of which its workflow never heard, is taken back with its output', async () => {
  let id = '';
  let isTold = false;
  atFailpoint(async (name) => {
    if (name !== 'attempt.beforeReport' || done('committed').length < 2 || isTold) return;
    isTold = true;
    await system.terminate(id);
  });
  ({ id } = await start(storing, { scene: 'committed' }));
  expect(await settled(id)).toMatchObject({ status: 'completed' });
  expect(done('committed')).toEqual(['reserve', 'store', 'remove what was stored', 'release']);
});
