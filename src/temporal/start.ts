import { randomUUID } from 'node:crypto';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { CatalogueEntry } from '../core/catalogue.ts';
import type { InvocationEnvelope, InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { memoOf } from '../audit/index.ts';
import { inputHash } from './canonical.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { Execution } from './ids.ts';
import { workflowIdOf } from './ids.ts';
import { fromPayloads, toPayload, toPayloads } from './payloads.ts';

/** Enum values of Temporal's API. */
const ALLOW_DUPLICATE_FAILED_ONLY = 2;
const USE_EXISTING = 2;
const RUNNING = 1;
const COMPLETED = 2;

export interface StartPlan {
  entry: CatalogueEntry;
  input: unknown;
  caller: string;
  idempotencyKey: string | undefined;
  deadlineMs: number | undefined;
  delayMs: number | undefined;
  /** The queue of the loop, which every worker of the project serves. */
  loopQueue: string;
  /** The queue of the workers that have this action. */
  actionQueue: string;
  /** True when this process has the handler and a running worker. */
  local: boolean;
}

export interface StartedRun {
  execution: Execution;
  replayed: boolean;
}

/**
 * Starts a workflow, or joins the running one of the same key, or finds the completed one: Temporal itself decides,
 * atomically, by the workflow id. After a failure the id is free again.
 */
export async function startInvocation(temporal: TemporalConnection, plan: StartPlan): Promise<StartedRun> {
  const workflowId = workflowIdOf(plan.entry.name, plan.caller, plan.idempotencyKey);
  const hash = plan.idempotencyKey === undefined ? undefined : inputHash(plan.input);
  try {
    const response = await call(temporal, () =>
      temporal.connection.workflowService.startWorkflowExecution(toRequest(temporal, plan, workflowId, hash)),
    );
    const execution = { workflowId, firstRunId: response.runId };
    return response.started || hash === undefined
      ? { execution, replayed: false }
      : { execution: await existing(temporal, execution, hash), replayed: false };
  } catch (error) {
    if (grpcCode((error as Error).cause) !== GRPC.ALREADY_EXISTS || hash === undefined) throw error;
    return { execution: await existing(temporal, { workflowId }, hash), replayed: true };
  }
}

function toRequest(
  temporal: TemporalConnection,
  plan: StartPlan,
  workflowId: string,
  hash: string | undefined,
) {
  const { entry, input, caller, idempotencyKey, deadlineMs, delayMs, actionQueue, loopQueue } = plan;
  // When the delay is over, this process may be gone.
  const local = plan.local && delayMs === undefined;
  const envelope: InvocationEnvelope = {
    version: entry.version,
    policy: entry.policy,
    caller,
    queue: actionQueue,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(local && { local }),
  };
  return {
    namespace: temporal.namespace,
    identity: temporal.identity,
    requestId: randomUUID(),
    workflowId,
    workflowType: { name: entry.name },
    taskQueue: { name: loopQueue },
    input: toPayloads(input, envelope),
    memo: { fields: { [MEMO_KEY]: toPayload(memoFor(plan, hash)) } },
    userMetadata: { summary: toPayload(summaryOf(plan)) },
    workflowIdReusePolicy: ALLOW_DUPLICATE_FAILED_ONLY,
    workflowIdConflictPolicy: USE_EXISTING,
    requestEagerExecution: local,
    ...(delayMs !== undefined && { workflowStartDelay: msToTs(delayMs) }),
  };
}

const memoFor = (plan: StartPlan, hash: string | undefined): InvocationMemo => {
  const { entry, caller, idempotencyKey, deadlineMs, delayMs } = plan;
  return {
    kind: 'action',
    version: entry.version,
    caller,
    ...(idempotencyKey !== undefined && { idempotencyKey, inputHash: hash! }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(delayMs !== undefined && { delayMs }),
  };
};

const summaryOf = ({ entry, caller, idempotencyKey }: StartPlan): string =>
  `${entry.name} v${entry.version}, called by ${caller}${idempotencyKey === undefined ? '' : `, key ${idempotencyKey}`}`;

/** The run that was there before, if it has the same input; `IDEMPOTENCY_MISMATCH` otherwise. */
async function existing(
  temporal: TemporalConnection,
  at: { workflowId: string; firstRunId?: string },
  hash: string,
): Promise<Execution> {
  const found = await findExecution(temporal, at);
  if (found?.inputHash === hash) return found.execution;
  throw mismatch();
}

export const mismatch = (): DoError =>
  new DoError(
    'IDEMPOTENCY_MISMATCH',
    'This idempotency key was used with another input; nothing was executed. Use a new key for a new input, or repeat the first input to get its outcome.',
  );

export interface FoundExecution {
  execution: Execution;
  inputHash: string | undefined;
  isRunning: boolean;
  isCompleted: boolean;
}

/** The latest invocation under a workflow id. */
export async function findExecution(
  temporal: TemporalConnection,
  at: { workflowId: string; firstRunId?: string },
): Promise<FoundExecution | undefined> {
  const { connection, namespace } = temporal;
  const { workflowId, firstRunId } = at;
  try {
    const { workflowExecutionInfo: info } = await call(temporal, () =>
      connection.workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId, ...(firstRunId !== undefined && { runId: firstRunId }) },
      }),
    );
    const memo = memoOf(info?.memo, { decode: fromPayloads });
    return {
      execution: { workflowId, firstRunId: info?.firstRunId || info?.execution?.runId || '' },
      inputHash: memo.inputHash,
      isRunning: Number(info?.status) === RUNNING,
      isCompleted: Number(info?.status) === COMPLETED,
    };
  } catch (error) {
    if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND) return undefined;
    throw error;
  }
}
