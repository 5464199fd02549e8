import { fieldOf, memoOf } from '../audit/index.ts';
import type { ApprovalRequest } from '../core/approval.ts';
import { APPROVALS_KEY } from '../core/approval.ts';
import type { InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import { executionOf, invocationNotFound } from './ids.ts';
import { readPayloads } from './payloads.ts';

const reading = { decode: readPayloads };

/** The run in which an invocation goes on now, or has ended. */
export interface CurrentRun {
  workflowId: string;
  firstRunId: string;
  runId: string;
  isOpen: boolean;
  memo: InvocationMemo;
  approvals: readonly ApprovalRequest[];
  /** Where its workers listen. */
  taskQueue: string;
}

/**
 * Gives the run in which an open invocation goes on to `tell`, which checks whether it can be told what it is to be told
 * before it does. Begins again where the invocation was continued in another run meanwhile.
 */
export async function toCurrentRun(
  temporal: TemporalConnection,
  id: string,
  { check, tell }: { check: (run: CurrentRun) => void; tell: (run: CurrentRun) => Promise<void> },
): Promise<void> {
  for (let refusedBy: string | undefined; ;) {
    const run = await findCurrentRun(temporal, id);
    check(run);
    if (!run.isOpen) throw invocationClosed();
    try {
      return await tell(run);
    } catch (error) {
      if (grpcCode((error as Error).cause) !== GRPC.NOT_FOUND || run.runId === refusedBy) throw error;
      refusedBy = run.runId;
    }
  }
}

const invocationClosed = (): DoError =>
  new DoError(
    'INVOCATION_CLOSED',
    'This invocation has closed, so nothing can be told to it any more. Its audit says how it ended.',
  );

/** After a failure the workflow id may have another invocation, which must not be told what was meant for this one. */
async function findCurrentRun(temporal: TemporalConnection, id: string): Promise<CurrentRun> {
  const { workflowId, firstRunId } = executionOf(id);
  const latest = await describe(temporal, { workflowId });
  const isLatest = latest && firstRunOf(latest) === firstRunId;
  const found = isLatest ? latest : await describe(temporal, { workflowId, runId: firstRunId });
  const info = found?.workflowExecutionInfo;
  if (!info?.memo?.fields?.[MEMO_KEY]) throw invocationNotFound(id);
  return {
    workflowId,
    firstRunId,
    runId: info.execution?.runId ?? '',
    isOpen: isLatest === true && !info.closeTime,
    memo: memoOf(info.memo, reading),
    approvals: fieldOf<ApprovalRequest[]>(info.memo, APPROVALS_KEY, reading) ?? [],
    taskQueue: info.taskQueue ?? '',
  };
}

type Described = NonNullable<Awaited<ReturnType<typeof describe>>>;

const firstRunOf = ({ workflowExecutionInfo: info }: Described) => info?.firstRunId || info?.execution?.runId;

async function describe(temporal: TemporalConnection, execution: { workflowId: string; runId?: string }) {
  const { service, namespace } = temporal;
  try {
    return await call(temporal, () => service.describeWorkflowExecution({ namespace, execution }));
  } catch (error) {
    if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND) return undefined;
    throw error;
  }
}
