import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Contender } from '../measure.ts';

export interface RawContender extends Contender {
  close(): Promise<void>;
}

/** The Temporal TypeScript SDK as its own documentation shows it: one workflow, one activity, defaults everywhere. */
export async function startRaw(
  address: string,
): Promise<{ plain: Contender; eager: Contender; close(): Promise<void> }> {
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
  const invokeBy = (client: Client, requestEagerStart: boolean) => async (n: number) => {
    const options = {
      taskQueue,
      workflowId: randomUUID(),
      args: [{ n }],
      ...(requestEagerStart && { requestEagerStart }),
    };
    await client.workflow.execute('rawEcho', options);
  };
  return {
    plain: { name: 'raw SDK', invoke: invokeBy(new Client({ connection }), false) },
    eager: { name: 'raw SDK, eager start', invoke: invokeBy(new Client({ connection: native }), true) },
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
      await native.close();
    },
  };
}
