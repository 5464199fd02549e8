import type { temporal as proto } from '@temporalio/proto';
import type { Reading } from '../audit/index.ts';
import { linksOf, memoOf, outcomeOf, toTime } from '../audit/index.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { InvocationItem, InvocationQuery } from '../core/query.ts';
import { startsAtOf } from '../core/timing.ts';
import type { TemporalConnection } from './connection.ts';
import { closingEvent } from './history.ts';

export type ListedRun = proto.api.workflow.v1.IWorkflowExecutionInfo;

/** Enum values of Temporal's API. */
const COMPLETED = 2;
const FAILED = 3;

/** Whether a run is one of this package's, and not yet ruled out by what the listing tells of it. */
export function mayMatch(run: ListedRun, query: InvocationQuery, reading: Reading): boolean {
  if (!run.memo?.fields?.[MEMO_KEY]) return false;
  const { kind, deadlineMs, startedAt = toTime(run.startTime) } = memoOf(run.memo, reading);
  if (query.kind !== undefined && kind !== query.kind) return false;
  if (query.since !== undefined && startedAt < query.since) return false;
  return query.status !== 'timed_out' || Number(run.status) !== FAILED || deadlineMs !== undefined;
}

/** Undefined when its record is gone: a listing may outlive the retention a little. */
export async function readItem(
  temporal: TemporalConnection,
  run: ListedRun,
  reading: Reading,
): Promise<InvocationItem | undefined> {
  const outcome = await readOutcome(temporal, run, reading);
  if (!outcome) return undefined;
  const memo = memoOf(run.memo, reading);
  const workflowId = run.execution?.workflowId ?? '';
  const firstRunId = memo.firstRunId ?? run.execution?.runId ?? '';
  const id = reading.idOf(workflowId, firstRunId);
  const startedAt = memo.startedAt ?? toTime(run.startTime);
  return {
    id,
    kind: memo.kind,
    name: run.type?.name ?? '',
    version: memo.version,
    ...outcome,
    idempotencyKey: memo.idempotencyKey ?? null,
    caller: memo.caller,
    startedAt,
    ...startsAtOf(startedAt, memo.delayMs),
    closedAt: run.closeTime ? toTime(run.closeTime) : null,
    links: linksOf(id, reading.temporalLink(workflowId, firstRunId)),
  };
}

/** Visibility says neither why a run failed nor whether a deadline of ours did it: its closing event does. */
async function readOutcome(
  temporal: TemporalConnection,
  run: ListedRun,
  reading: Reading,
): Promise<Pick<InvocationItem, 'status' | 'error'> | undefined> {
  if (!run.closeTime) return { status: 'running', error: null };
  if (Number(run.status) === COMPLETED) return { status: 'completed', error: null };
  const { workflowId, runId } = run.execution ?? {};
  const event = await closingEvent(temporal, { workflowId: workflowId ?? '', runId: runId ?? '' });
  if (!event) return undefined;
  const { status, error } = outcomeOf(event, reading);
  return { status, error };
}
