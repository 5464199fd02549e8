import type { HistoryEvent, InvocationRecord } from '../audit/index.ts';
import { toTime } from '../audit/index.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';

/** Enum values of Temporal's API. */
const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;

/** A living worker renews its poll within a minute; the server remembers a dead one for five. */
const POLL_MS = 75_000;

interface Waiting {
  queue: string;
  kind: number;
  what: string;
}

/** Why a running invocation stands still, when it is because nobody polls the queue its next task is on. */
export async function missingWorker(
  temporal: TemporalConnection,
  record: InvocationRecord,
): Promise<string | undefined> {
  const waiting = nextTask(record);
  if (!waiting) return undefined;
  const { connection, namespace } = temporal;
  const { pollers } = await call(temporal, () =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: waiting.queue },
      taskQueueType: waiting.kind,
    }),
  );
  const since = Date.now() - POLL_MS;
  if (pollers?.some((poller) => Date.parse(toTime(poller.lastAccessTime)) > since)) return undefined;
  return `${waiting.what}: none has polled the task queue "${waiting.queue}" of late. Start one with \`npm start\` or \`do-sdk worker\`.`;
}

/** The task that waits for a worker: an attempt that none has taken yet, or the loop's own next step. */
function nextTask(record: InvocationRecord): Waiting | undefined {
  const events = record.runs.at(-1) ?? [];
  if (record.pending.some((activity) => activity.lastStartedTime)) return undefined;
  const [activity] = record.pending;
  if (activity) {
    const queue = queueOf(events, activity.activityId);
    if (queue === undefined) return undefined;
    return { queue, kind: ACTIVITY_QUEUE, what: `a worker that has "${activity.activityType?.name}"` };
  }
  const loopQueue = events[0]?.workflowExecutionStartedEventAttributes?.taskQueue?.name;
  const isScheduled = events.at(-1)?.workflowTaskScheduledEventAttributes;
  return isScheduled && loopQueue
    ? { queue: loopQueue, kind: WORKFLOW_QUEUE, what: 'a worker of this project' }
    : undefined;
}

const queueOf = (events: HistoryEvent[], activityId: unknown): string | undefined => {
  const scheduled = events.map((event) => event.activityTaskScheduledEventAttributes);
  return (
    scheduled.findLast((attributes) => attributes?.activityId === activityId)?.taskQueue?.name ?? undefined
  );
};
