import { setTimeout as delay } from 'node:timers/promises';
import { memoOf } from '../audit/index.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { readPayloads } from './payloads.ts';
import type { RunOf } from './unsettled.ts';

const PAUSE_MS = 50;
/** Visibility that lags by more than this is out of order; what it hides is left to the reconciler. */
const PATIENCE_MS = 15_000;

/**
 * The runs of a workflow id that came after `first`, were ended from outside, and were over when `last` began: a start looks
 * for the run before it, and until it arrives another one may come and go. Asked for once visibility knows of `last`, which
 * is younger than all of them.
 */
export async function runsBetween(
  temporal: TemporalConnection,
  first: RunOf,
  last: RunOf,
  signal: AbortSignal,
): Promise<(RunOf & { sameInput: boolean })[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const runs = await runsOf(temporal, first.workflowId);
    const since = runs.find(({ runId }) => runId === first.runId)?.startedAt;
    const isComplete = since !== undefined && runs.some(({ runId }) => runId === last.runId);
    if (isComplete || performance.now() > deadline) {
      const wanted = runs.find(({ runId }) => runId === last.runId)?.hash;
      const others = runs.filter(({ runId }) => runId !== first.runId && runId !== last.runId);
      return others
        .filter(({ startedAt }) => since === undefined || startedAt >= since)
        .map(({ runId, hash }) => ({ workflowId: first.workflowId, runId, sameInput: hash === wanted }));
    }
    await delay(PAUSE_MS, undefined, { signal });
  }
}

async function runsOf(temporal: TemporalConnection, workflowId: string) {
  const { service, namespace } = temporal;
  // Quotes and backslashes are escaped as in JSON; a key is printable ASCII.
  const query = `WorkflowId = ${JSON.stringify(workflowId)}`;
  const { executions } = await call(temporal, () =>
    service.listWorkflowExecutions({ namespace, query, pageSize: 100 }),
  );
  return executions.map(({ execution, startTime, memo }) => ({
    runId: execution?.runId ?? '',
    hash: memoOf(memo, { decode: readPayloads }).inputHash,
    startedAt: Number(startTime?.seconds ?? 0) * 1_000 + (startTime?.nanos ?? 0) / 1e6,
  }));
}
