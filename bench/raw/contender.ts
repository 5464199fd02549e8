import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Contender } from '../measure.ts';

export interface Raw {
  plain: Contender;
  eager: Contender;
  chain: Contender;
  fanOut: Contender;
  close(): Promise<void>;
}

/** The Temporal TypeScript SDK as its own documentation shows it: one workflow, one activity, defaults everywhere. */
export async function startRaw(address: string): Promise<Raw> {
  const taskQueue = `raw-${randomUUID()}`;
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('workflow.ts', import.meta.url)),
    activities: { echo: async (input: { n: number }) => input },
  });
  const running = worker.run();
  const connection = await Connection.connect({ address });
  const invokeBy = (client: Client, requestEagerStart: boolean, type: string) => async (n: number) => {
    const options = {
      taskQueue,
      workflowId: randomUUID(),
      args: [{ n }],
      ...(requestEagerStart && { requestEagerStart }),
    };
    await client.workflow.execute(type, options);
  };
  const client = new Client({ connection });
  const eager = new Client({ connection: native });
  return {
    plain: { name: 'raw SDK', invoke: invokeBy(client, false, 'rawEcho') },
    eager: { name: 'raw SDK, eager start', invoke: invokeBy(eager, true, 'rawEcho') },
    chain: { name: 'raw SDK, chain', invoke: invokeBy(client, false, 'rawChain') },
    fanOut: { name: 'raw SDK, fan-out', invoke: invokeBy(client, false, 'rawFanOut') },
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
      await native.close();
    },
  };
}
