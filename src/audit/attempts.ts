import type { InvocationEnvelope } from '../core/envelope.ts';
import { activityOf } from './activities.ts';
import { isBegun, isHandedBack } from './failure.ts';
import type { HistoryEvent, InvocationRecord, PendingActivity, Reading } from './history.ts';

/** Of an action the highest number of an attempt that a worker has begun. */
export function countAttempts(record: InvocationRecord, reading: Reading): number {
  const begun = begunAttempts(record.runs.at(-1) ?? [], record.pending, reading);
  return Math.max(firstAttemptOf(record, reading) - 1, ...begun);
}

/** Of a workflow the attempts of all its steps. */
export function countStepAttempts({ runs, pending }: InvocationRecord, reading: Reading): number {
  const counts = runs.map((events, run) => {
    const isLast = run === runs.length - 1;
    return begunAttempts(events, isLast ? pending : [], reading).length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The number of each attempt that a worker has begun; a task given back unrun was none. */
function begunAttempts(
  events: readonly HistoryEvent[],
  pending: readonly PendingActivity[],
  reading: Reading,
): number[] {
  const scheduled = new Map<string, number>();
  const begun = new Map<string, number>();
  const running = new Set(pending.filter((one) => isBegun(one, reading)).map(({ activityId }) => activityId));
  for (const event of events) {
    const attributes = event.activityTaskScheduledEventAttributes;
    const { role, attempt = 1 } = attributes ? activityOf(attributes, reading) : {};
    if (role === 'attempt') scheduled.set(String(event.eventId), attempt);
    if (role === 'attempt' && running.has(attributes!.activityId)) begun.set(String(event.eventId), attempt);
    const started = String(event.activityTaskStartedEventAttributes?.scheduledEventId);
    if (scheduled.has(started)) begun.set(started, scheduled.get(started)!);
    const failed = event.activityTaskFailedEventAttributes;
    if (failed && isHandedBack(failed.failure)) begun.delete(String(failed.scheduledEventId));
  }
  return [...begun.values()];
}

function firstAttemptOf(record: InvocationRecord, reading: Reading): number {
  const args = reading.decode(record.runs.at(-1)?.[0]?.workflowExecutionStartedEventAttributes?.input);
  return (args[1] as InvocationEnvelope | undefined)?.resume?.attempt ?? 1;
}
