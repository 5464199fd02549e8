import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { client } from '../../src/index.ts';
import { invocationIdOf } from '../../src/temporal/ids.ts';
import { startTestServers } from '../../src/testing.ts';
import type { TestServers } from '../../src/testing.ts';

let servers: TestServers;
let connection: Connection;
beforeAll(async () => {
  servers = await startTestServers();
  connection = await Connection.connect({ address: servers.temporal.address });
});
afterAll(async () => {
  await connection.close();
  await servers.stop();
});

/** Accepted, and no worker polls its queue. */
async function startOn(taskQueue: string, kind: 'action' | 'workflow'): Promise<string> {
  const { namespace } = servers.temporal;
  const { workflowId, firstExecutionRunId: firstRunId } = await new Client({
    connection,
    namespace,
  }).workflow.start('some.name', {
    workflowId: `some.name/local/${kind}`,
    taskQueue,
    args: [null, {}],
    memo: { do: { kind, version: '1', caller: 'local' } },
  });
  return invocationIdOf({ workflowId, firstRunId });
}

test('a workflow that waits for a worker says which build that must have', async () => {
  const id = await startOn('shop/build/0a1b2c', 'workflow');
  expect(await client.invocations.get(id)).toMatchObject({
    status: 'running',
    kind: 'workflow',
    waitingFor: expect.stringMatching(
      /^a worker that has the build 0a1b2c of this workflow: none has polled the task queue "shop\/build\/0a1b2c" of late\. Start `npm start` or `do-sdk worker` where that build was made/,
    ) as string,
  });
});

test('an action that waits for a worker says that the project has none', async () => {
  const id = await startOn('shop', 'action');
  const { waitingFor } = await client.invocations.get(id);
  expect(waitingFor).toMatch(/^a worker of this project: none has polled the task queue "shop" of late\./);
});
