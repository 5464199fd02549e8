import type { HistoryEvent, InvocationRecord } from '../audit/index.ts';
import { isBegun, slotAwaited } from '../audit/index.ts';
import type { TemporalConnection } from './connection.ts';
import { fromPayloads } from './payloads.ts';
import { isPolled } from './pollers.ts';
import { buildOf } from './queues.ts';

/** Enum values of Temporal's API. */
const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;

interface Waiting {
  queue: string;
  kind: number;
  /** Whom it waits for, and where one is to be had. */
  what: string;
  cure: string;
}

/** Why a running invocation stands still: nobody polls the queue its next task is on, or it waits for a slot. */
export async function missingWorker(
  temporal: TemporalConnection,
  record: InvocationRecord,
): Promise<string | undefined> {
  const waiting = nextTask(record);
  if (!waiting) return undefined;
  if (await isPolled(temporal, waiting.queue, waiting.kind)) return slotOf(record);
  const { what, queue, cure } = waiting;
  return `${what}: none has polled the task queue "${queue}" of late. ${cure}`;
}

const READING = { decode: fromPayloads };

/** As the worker said that has no slot for it. */
const slotOf = ({ pending }: InvocationRecord): string | undefined =>
  pending.map((one) => slotAwaited(one, READING)).find((awaited) => awaited !== undefined);

/** The task that waits for a worker: an attempt that none has taken yet, or the loop's own next step. */
function nextTask(record: InvocationRecord): Waiting | undefined {
  const events = record.runs.at(-1) ?? [];
  if (record.pending.some((one) => isBegun(one, READING))) return undefined;
  const [activity] = record.pending;
  if (activity) {
    const queue = queueOf(events, activity.activityId);
    if (queue === undefined) return undefined;
    return waitFor(queue, ACTIVITY_QUEUE, `a worker that has "${activity.activityType?.name}"`);
  }
  const loopQueue = events[0]?.workflowExecutionStartedEventAttributes?.taskQueue?.name;
  const isScheduled = events.at(-1)?.workflowTaskScheduledEventAttributes;
  return isScheduled && loopQueue
    ? waitFor(loopQueue, WORKFLOW_QUEUE, 'a worker of this project')
    : undefined;
}

/** A workflow goes on with the build that it began on, and so does the first attempt of each of its steps. */
function waitFor(queue: string, kind: number, what: string): Waiting {
  const build = buildOf(queue);
  return build === undefined
    ? { queue, kind, what, cure: 'Start one with `npm start` or `do-sdk worker`.' }
    : { queue, kind, what: `a worker that has the build ${build} of this workflow`, cure: BUILD_CURE };
}

const BUILD_CURE =
  'Start `npm start` or `do-sdk worker` where that build was made: builds are kept in `builds/` of the data directory until no run of theirs is open.';

const queueOf = (events: HistoryEvent[], activityId: unknown): string | undefined => {
  const scheduled = events.map((event) => event.activityTaskScheduledEventAttributes);
  return (
    scheduled.findLast((attributes) => attributes?.activityId === activityId)?.taskQueue?.name ?? undefined
  );
};
