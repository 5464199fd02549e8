import type { InvocationEnvelope, InvocationMemo } from '../core/envelope.ts';
import { HANDED_BACK, MEMO_KEY } from '../core/envelope.ts';
import type { Invocation, InvocationError, InvocationStatus } from '../core/invocation.ts';
import { startsAtOf } from '../core/timing.ts';
import { activityOf } from './activities.ts';
import { detailOf, readError } from './failure.ts';
import type { HistoryEvent, InvocationRecord, Memo, Reading, TemporalFailure } from './history.ts';
import { firstEvent, lastEvent, toTime } from './history.ts';

/** The invocation as its history tells it. Pure: the same record gives the same answer. */
export function readInvocation(record: InvocationRecord, reading: Reading): Invocation {
  const first = firstEvent(record);
  const started = first.workflowExecutionStartedEventAttributes!;
  const memo = memoOf(started.memo, reading);
  const { kind, version, caller, idempotencyKey } = memo;
  const last = lastEvent(record);
  const outcome = outcomeOf(last, reading);
  const firstRunId = started.firstExecutionRunId ?? '';
  const id = reading.idOf(record.workflowId, firstRunId);
  const startedAt = toTime(first.eventTime);
  return {
    id,
    kind,
    name: started.workflowType?.name ?? '',
    version,
    status: outcome.status,
    input: reading.decode(started.input)[0] ?? null,
    output: outcome.output,
    error: outcome.error,
    idempotencyKey: idempotencyKey ?? null,
    caller,
    attempts: countAttempts(record, reading),
    startedAt,
    ...startsAtOf(startedAt, memo.delayMs),
    ...(memo.settles !== undefined && { settles: memo.settles }),
    closedAt: outcome.status === 'running' ? null : toTime(last.eventTime),
    links: linksOf(id, reading.temporalLink(record.workflowId, firstRunId)),
  };
}

export const linksOf = (id: string, temporal: string | null): Invocation['links'] => ({
  self: `/v1/invocations/${id}`,
  audit: `/v1/invocations/${id}/audit`,
  temporal,
});

/** Of a workflow that was not started through this package (by the Temporal CLI, say) only what Temporal knows. */
export function memoOf(memo: Memo | null | undefined, reading: Pick<Reading, 'decode'>): InvocationMemo {
  const payload = memo?.fields?.[MEMO_KEY];
  const fields = (payload && reading.decode({ payloads: [payload] })[0]) as InvocationMemo | undefined;
  return fields ?? { kind: 'action', version: '', caller: 'temporal' };
}

interface Outcome {
  status: InvocationStatus;
  output: unknown;
  error: InvocationError | null;
}

export function outcomeOf(last: HistoryEvent, reading: Pick<Reading, 'decode'>): Outcome {
  const {
    workflowExecutionCompletedEventAttributes: completed,
    workflowExecutionFailedEventAttributes: failed,
  } = last;
  if (completed)
    return { status: 'completed', output: reading.decode(completed.result)[0] ?? null, error: null };
  if (failed) {
    const failure = failed.failure ?? {};
    const { code, type, message } = readError(failure, reading);
    return notCompleted(
      detailOf(failure, reading).code === 'INVOCATION_TIMED_OUT' ? 'timed_out' : 'failed',
      code,
      type,
      message,
    );
  }
  if (last.workflowExecutionCanceledEventAttributes) {
    return notCompleted('cancelled', 'INVOCATION_CANCELLED', 'Cancelled', 'The invocation was cancelled.');
  }
  if (last.workflowExecutionTimedOutEventAttributes) {
    return notCompleted(
      'timed_out',
      'INVOCATION_TIMED_OUT',
      'Timeout',
      "Temporal's own execution timeout passed.",
    );
  }
  if (last.workflowExecutionTerminatedEventAttributes) {
    const reason = last.workflowExecutionTerminatedEventAttributes.reason || 'no reason given';
    return notCompleted(
      'terminated',
      'INVOCATION_TERMINATED',
      'Terminated',
      `Terminated from outside: ${reason}`,
    );
  }
  return { status: 'running', output: null, error: null };
}

const notCompleted = (status: InvocationStatus, code: string, type: string, message: string): Outcome => ({
  status,
  output: null,
  error: { code, type, message },
});

/** The highest number of an attempt that a worker has begun; a task given back unrun was none. */
function countAttempts(record: InvocationRecord, reading: Reading): number {
  const scheduled = new Map<string, number>();
  const begun = new Map<string, number>();
  for (const event of record.runs.at(-1) ?? []) {
    const attributes = event.activityTaskScheduledEventAttributes;
    const { role, attempt = 1 } = attributes ? activityOf(attributes, reading) : {};
    if (role === 'attempt') scheduled.set(String(event.eventId), attempt);
    const started = String(event.activityTaskStartedEventAttributes?.scheduledEventId);
    if (scheduled.has(started)) begun.set(started, scheduled.get(started)!);
    const failed = event.activityTaskFailedEventAttributes;
    if (failed && isHandedBack(failed.failure)) begun.delete(String(failed.scheduledEventId));
  }
  const isRunning = record.pending.some((activity) => activity.lastStartedTime);
  const running = isRunning ? [...scheduled.values()] : [];
  return Math.max(firstAttemptOf(record, reading) - 1, ...begun.values(), ...running);
}

export const isHandedBack = (failure: TemporalFailure | null | undefined): boolean =>
  failure?.applicationFailureInfo?.type === HANDED_BACK;

function firstAttemptOf(record: InvocationRecord, reading: Reading): number {
  const args = reading.decode(record.runs.at(-1)?.[0]?.workflowExecutionStartedEventAttributes?.input);
  return (args[1] as InvocationEnvelope | undefined)?.resume?.attempt ?? 1;
}
