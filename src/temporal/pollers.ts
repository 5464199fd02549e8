import { toTime } from '../audit/index.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';

/** A living worker renews its poll within a minute; the server remembers a dead one for five. */
const POLL_MS = 75_000;

/** Whether a worker has polled a task queue of late. */
export async function isPolled(
  temporal: TemporalConnection,
  queue: string,
  taskQueueType: number,
): Promise<boolean> {
  const { service, namespace } = temporal;
  const { pollers } = await call(temporal, () =>
    service.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType }),
  );
  const since = Date.now() - POLL_MS;
  return pollers?.some((poller) => Date.parse(toTime(poller.lastAccessTime)) > since) ?? false;
}
