import type { AttemptEnvelope, InvocationEnvelope, InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { Invocation, InvocationError, InvocationStatus } from '../core/invocation.ts';
import { detailOf, readError } from './failure.ts';
import type { HistoryEvent, InvocationRecord, Memo, Reading } from './history.ts';
import { firstEvent, lastEvent, toTime } from './history.ts';

/** The invocation as its history tells it. Pure: the same record gives the same answer. */
export function readInvocation(record: InvocationRecord, reading: Reading): Invocation {
  const first = firstEvent(record);
  const started = first.workflowExecutionStartedEventAttributes!;
  const { kind, version, caller, idempotencyKey } = memoOf(started.memo, reading);
  const last = lastEvent(record);
  const outcome = outcomeOf(last, reading);
  const firstRunId = started.firstExecutionRunId ?? '';
  const id = reading.idOf(record.workflowId, firstRunId);
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
    startedAt: toTime(first.eventTime),
    closedAt: outcome.status === 'running' ? null : toTime(last.eventTime),
    links: {
      self: `/v1/invocations/${id}`,
      audit: `/v1/invocations/${id}/audit`,
      temporal: reading.temporalLink(record.workflowId, firstRunId),
    },
  };
}

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

export function outcomeOf(last: HistoryEvent, reading: Reading): Outcome {
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

/** Handed-back tasks repeat their attempt's number, so the highest number is the count of attempts. */
function countAttempts(record: InvocationRecord, reading: Reading): number {
  let attempts = firstAttemptOf(record, reading) - 1;
  for (const event of record.runs.flat()) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) attempts = Math.max(attempts, attemptOf(reading.decode(scheduled.input)));
  }
  return attempts;
}

function firstAttemptOf(record: InvocationRecord, reading: Reading): number {
  const args = reading.decode(firstEvent(record).workflowExecutionStartedEventAttributes?.input);
  return (args[1] as InvocationEnvelope | undefined)?.resume?.attempt ?? 1;
}

export const attemptOf = (args: unknown[]): number => (args[1] as AttemptEnvelope | undefined)?.attempt ?? 1;
