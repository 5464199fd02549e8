import { randomUUID } from 'node:crypto';
import { msToTs } from '@temporalio/common/lib/time.js';
import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { inputHash } from './canonical.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { findExecution, hadInput } from './find.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { Execution } from './ids.ts';
import { workflowIdOf } from './ids.ts';
import { keyedWorkflowId } from './keyed-id.ts';
import { toPayload, toPayloads } from './payloads.ts';
import type { StartPlan } from './plan.ts';
import { envelopeOf, flowOf, isLocal, mayNeedSettling, memoFor, summaryOf, taskQueueOf } from './plan.ts';

/** Enum values of Temporal's API. */
const ALLOW_DUPLICATE_FAILED_ONLY = 2;
const REJECT_DUPLICATE = 3;
const USE_EXISTING = 2;

export interface StartedRun {
  execution: Execution;
  replayed: boolean;
}

/**
 * Starts a workflow, or joins the running one of the same key, or finds the completed one: Temporal itself decides,
 * atomically, by the workflow id. After a failure the id is free again.
 */
export async function startInvocation(temporal: TemporalConnection, plan: StartPlan): Promise<StartedRun> {
  const { entry, caller, idempotencyKey } = plan;
  if (idempotencyKey === undefined) {
    const workflowId = workflowIdOf(entry.name, caller, undefined);
    const { runId } = await send(temporal, plan, workflowId, ALLOW_DUPLICATE_FAILED_ONLY);
    return { execution: { workflowId, firstRunId: runId }, replayed: false };
  }
  const workflowId = await keyedWorkflowId(temporal, { name: entry.name, caller, idempotencyKey });
  return await startKeyed(temporal, plan, workflowId, inputHash(plan.input));
}

/**
 * What failed or was ended from outside may have left something open, so the new run is told of the last one before it.
 * Where there is none yet, a run that comes and ends between the look and the start has to be seen: then it looks again.
 */
async function startKeyed(
  temporal: TemporalConnection,
  plan: StartPlan,
  workflowId: string,
  hash: string,
): Promise<StartedRun> {
  const looks = mayNeedSettling(plan.entry);
  const found = looks ? await findExecution(temporal, { workflowId }) : undefined;
  const mustBeFirst = looks && !found;
  const isOpen = found && !found.isCompleted;
  const predecessor = isOpen ? { runId: found.runId, sameInput: hadInput(found, hash) } : undefined;
  const policy = mustBeFirst ? REJECT_DUPLICATE : ALLOW_DUPLICATE_FAILED_ONLY;
  try {
    const { runId, started } = await send(temporal, { ...plan, predecessor }, workflowId, policy);
    const execution = { workflowId, firstRunId: runId };
    return { execution: started ? execution : await existing(temporal, execution, hash), replayed: false };
  } catch (error) {
    if (grpcCode((error as Error).cause) !== GRPC.ALREADY_EXISTS) throw error;
    if (mustBeFirst) return await startKeyed(temporal, plan, workflowId, hash);
    return { execution: await existing(temporal, { workflowId }, hash), replayed: true };
  }
}

async function send(temporal: TemporalConnection, plan: StartPlan, workflowId: string, reusePolicy: number) {
  const request = { ...toRequest(temporal, plan, workflowId), workflowIdReusePolicy: reusePolicy };
  return await call(temporal, () => temporal.service.startWorkflowExecution(request));
}

function toRequest(temporal: TemporalConnection, plan: StartPlan, workflowId: string) {
  const { entry, input, delayMs } = plan;
  const priorityKey = flowOf(plan)?.priority;
  return {
    namespace: temporal.namespace,
    identity: temporal.identity,
    requestId: randomUUID(),
    workflowId,
    workflowType: { name: entry.name },
    taskQueue: { name: taskQueueOf(plan) },
    input: toPayloads(input, envelopeOf(plan)),
    memo: { fields: { [MEMO_KEY]: toPayload(memoFor(plan)) } },
    userMetadata: { summary: toPayload(summaryOf(plan)) },
    workflowIdConflictPolicy: USE_EXISTING,
    requestEagerExecution: isLocal(plan),
    ...(delayMs !== undefined && { workflowStartDelay: msToTs(delayMs) }),
    ...(priorityKey !== undefined && { priority: { priorityKey } }),
  };
}

/** The run that was there before, if it has the same input; `IDEMPOTENCY_MISMATCH` otherwise. */
async function existing(
  temporal: TemporalConnection,
  at: { workflowId: string; firstRunId?: string },
  hash: string,
): Promise<Execution> {
  const found = await findExecution(temporal, at);
  if (found && hadInput(found, hash)) return found.execution;
  throw mismatch();
}

export const mismatch = (): DoError =>
  new DoError(
    'IDEMPOTENCY_MISMATCH',
    'This idempotency key was used with another input; nothing was executed. Use a new key for a new input, or repeat the first input to get its outcome.',
  );
