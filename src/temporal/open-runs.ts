import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';

/** How many runs on that task queue have not closed, as far as visibility knows by now. */
export async function countOpenRuns(temporal: TemporalConnection, taskQueue: string): Promise<number> {
  const { service, namespace } = temporal;
  // Not "Running": a paused one is not, and has not closed either.
  const query = `TaskQueue = ${JSON.stringify(taskQueue)} AND CloseTime IS NULL`;
  const { count } = await call(temporal, () => service.countWorkflowExecutions({ namespace, query }));
  return Number(count);
}
