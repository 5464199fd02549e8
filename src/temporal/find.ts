import { memoOf } from '../audit/index.ts';
import type { Memo } from '../audit/index.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import { keyIdOf, keyMissing } from './codec.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { Execution } from './ids.ts';
import { fromPayloads } from './payloads.ts';

/** Enum values of Temporal's API. */
const RUNNING = 1;
const COMPLETED = 2;

export interface FoundExecution {
  execution: Execution;
  inputHash: string | undefined;
  /** Of the key that its memo was encrypted with, where that is not here: then its hash is not known. */
  lockedBy: string | undefined;
  /** Of its last run. */
  runId: string;
  isRunning: boolean;
  isCompleted: boolean;
}

/** The latest invocation under a workflow id. */
export async function findExecution(
  temporal: TemporalConnection,
  at: { workflowId: string; firstRunId?: string },
): Promise<FoundExecution | undefined> {
  const { service, namespace } = temporal;
  const { workflowId, firstRunId } = at;
  try {
    const { workflowExecutionInfo: info } = await call(temporal, () =>
      service.describeWorkflowExecution({
        namespace,
        execution: { workflowId, ...(firstRunId !== undefined && { runId: firstRunId }) },
      }),
    );
    const memo = memoOf(info?.memo, { decode: fromPayloads });
    return {
      execution: { workflowId, firstRunId: info?.firstRunId || info?.execution?.runId || '' },
      inputHash: memo.inputHash,
      lockedBy: lockOf(info?.memo),
      runId: info?.execution?.runId ?? '',
      isRunning: Number(info?.status) === RUNNING,
      isCompleted: Number(info?.status) === COMPLETED,
    };
  } catch (error) {
    if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND) return undefined;
    throw error;
  }
}

function lockOf(memo: Memo | null | undefined): string | undefined {
  const payload = memo?.fields?.[MEMO_KEY];
  return payload ? keyIdOf(payload) : undefined;
}

/** Whether it had that input; `ENCRYPTION_KEY_MISSING` where that cannot be told: neither answer would be safe. */
export function hadInput({ inputHash, lockedBy }: FoundExecution, hash: string): boolean {
  if (lockedBy !== undefined) throw keyMissing(lockedBy);
  return inputHash === hash;
}

/** The run in which an operator's reset goes on with a run that it terminated: it is the same invocation. */
export async function resetInto(
  temporal: TemporalConnection,
  { workflowId, firstRunId }: Execution,
  runId: string,
): Promise<string | undefined> {
  const latest = await findExecution(temporal, { workflowId });
  return latest?.execution.firstRunId === firstRunId && latest.runId !== runId ? latest.runId : undefined;
}
