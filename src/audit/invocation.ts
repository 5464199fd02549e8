import type { Invocation, InvocationError, InvocationStatus } from '../core/invocation.ts';
import { startsAtOf } from '../core/timing.ts';
import { countAttempts, countStepAttempts } from './attempts.ts';
import { detailOf, readError } from './failure.ts';
import type { HistoryEvent, InvocationRecord, Reading } from './history.ts';
import { firstEvent, lastEvent, toTime } from './history.ts';
import { memoOf } from './memo.ts';
import { openApprovals, stateOf } from './told.ts';

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
    attempts: (kind === 'workflow' ? countStepAttempts : countAttempts)(record, reading),
    ...stateOf(record, reading),
    ...(outcome.status === 'running' && openApprovals(record, reading)),
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
