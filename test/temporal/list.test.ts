import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { removeTree } from '../support/remove-tree.ts';
import { Action } from '../../src/core/action.ts';
import { ActionClient } from '../../src/core/client.ts';
import type { ListOptions } from '../../src/core/query.ts';
import { Session } from '../../src/runtime/session.ts';

/** Every attempt has its input on record, and Temporal suggests to continue a run when its record has 4 MiB. */
const INPUT = 'x'.repeat(600_000);
const ATTEMPTS = 10;

const stubborn = new Action({
  name: 'list.stubborn',
  retry: { maximumAttempts: ATTEMPTS, initialInterval: '1ms', maximumInterval: '1ms' },
  handler: () => {
    throw new Error('never');
  },
});
const quick = new Action({ name: 'list.quick', handler: () => null });

let session: Session;
let client: ActionClient;
const dataDir = mkdtempSync(join(tmpdir(), 'do-list-'));
beforeAll(async () => {
  process.env['DO_DATA_DIR'] = dataDir;
  session = await Session.open({ graceMs: 500, forceMs: 1_000, onProgress: () => undefined });
  await session.serve();
  client = new ActionClient(session.backend);
});
afterAll(async () => {
  await (session as Session | undefined)?.close();
  await removeTree(dataDir);
});

const idsOf = async (options: ListOptions) =>
  (await client.invocations.list(options)).items.map(({ id }) => id);
const soon = { timeout: 5_000 };

test('an invocation that was continued in another run is listed once, as the one it is', async () => {
  const handle = await client.action(stubborn).start(INPUT);
  const { id } = handle;
  await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_FAILED' });
  const [item] = await vi.waitFor(async () => {
    const { items } = await client.invocations.list({ name: 'list.stubborn', status: 'failed' });
    expect(items).toHaveLength(1);
    return items;
  }, soon);
  const { input: _input, output: _output, attempts, ...rest } = await client.invocations.get(id);
  expect(attempts).toBe(ATTEMPTS);
  const { executions } = await session.temporal.connection.workflowService.listWorkflowExecutions({
    namespace: session.temporal.namespace,
    query: 'WorkflowType = "list.stubborn"',
  });
  expect(executions.length).toBeGreaterThan(1);
  expect(item).toEqual(rest);
  expect(await idsOf({ name: 'list.stubborn' })).toEqual([id]);
  // Its last run began after its first.
  const later = new Date(Date.parse(rest.startedAt) + 1);
  expect(await idsOf({ name: 'list.stubborn', since: later })).toEqual([]);
});

test('what was not invoked through this package is passed over, page by page', async () => {
  const { connection, namespace, identity } = session.temporal;
  const since = new Date();
  const { id } = await client.action(quick).run(undefined);
  const foreign = Array.from({ length: 45 }, () =>
    connection.workflowService.startWorkflowExecution({
      ...{ namespace, identity, requestId: randomUUID(), workflowId: randomUUID() },
      ...{ workflowType: { name: 'another.program' }, taskQueue: { name: 'of another program' } },
    }),
  );
  await Promise.all(foreign);
  await vi.waitFor(async () => {
    const { executions } = await connection.workflowService.listWorkflowExecutions({
      namespace,
      query: 'WorkflowType = "another.program"',
    });
    expect(executions).toHaveLength(45);
    expect(await idsOf({ since })).toEqual([id]);
  }, soon);
  const first = await client.invocations.list({ since, limit: 2 });
  expect(first.items).toEqual([]);
  expect(await idsOf({ since, limit: 2, cursor: first.nextCursor! })).toEqual([id]);
});

test('what was terminated from outside says so, with the reason', async () => {
  const { connection, namespace } = session.temporal;
  const handle = await client.action(quick).start(undefined, { delay: '1h', idempotencyKey: 'ended' });
  await connection.workflowService.terminateWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: 'list.quick/local/key=ended' },
    reason: 'enough',
  });
  await vi.waitFor(async () => {
    const { items } = await client.invocations.list({ status: 'terminated' });
    expect(items).toMatchObject([
      { id: handle.id, status: 'terminated', error: { message: 'Terminated from outside: enough' } },
    ]);
  }, soon);
});
