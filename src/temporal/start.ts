import { randomUUID } from 'node:crypto';
import { msToTs } from '@temporalio/common/lib/time.js';
import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { needsSettling } from '../core/safety.ts';
import { inputHash } from './canonical.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { findExecution } from './find.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { Execution } from './ids.ts';
import { workflowIdOf } from './ids.ts';
import { toPayload, toPayloads } from './payloads.ts';
import type { StartPlan } from './plan.ts';
import { envelopeOf, isLocal, memoFor, summaryOf } from './plan.ts';

/** Enum values of Temporal's API. */
const ALLOW_DUPLICATE_FAILED_ONLY = 2;
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
  const workflowId = workflowIdOf(entry.name, caller, idempotencyKey);
  const hash = idempotencyKey === undefined ? undefined : inputHash(plan.input);
  try {
    const predecessor = hash === undefined ? undefined : await unsettled(temporal, plan, workflowId, hash);
    const request = toRequest(temporal, { ...plan, predecessor }, workflowId);
    const response = await call(temporal, () =>
      temporal.connection.workflowService.startWorkflowExecution(request),
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

/**
 * The run that a new one under this id would follow. A running one is joined, but may be ended from outside before the start
 * arrives; one that failed may have failed to be taken back, or to settle the one before it: the new run looks.
 */
async function unsettled(temporal: TemporalConnection, plan: StartPlan, workflowId: string, hash: string) {
  if (!needsSettling(plan.entry.safety)) return undefined;
  const found = await findExecution(temporal, { workflowId });
  return found && !found.isCompleted
    ? { runId: found.runId, sameInput: found.inputHash === hash }
    : undefined;
}

function toRequest(temporal: TemporalConnection, plan: StartPlan, workflowId: string) {
  const { entry, input, delayMs, project } = plan;
  return {
    namespace: temporal.namespace,
    identity: temporal.identity,
    requestId: randomUUID(),
    workflowId,
    workflowType: { name: entry.name },
    taskQueue: { name: project },
    input: toPayloads(input, envelopeOf(plan)),
    memo: { fields: { [MEMO_KEY]: toPayload(memoFor(plan)) } },
    userMetadata: { summary: toPayload(summaryOf(plan)) },
    workflowIdReusePolicy: ALLOW_DUPLICATE_FAILED_ONLY,
    workflowIdConflictPolicy: USE_EXISTING,
    requestEagerExecution: isLocal(plan),
    ...(delayMs !== undefined && { workflowStartDelay: msToTs(delayMs) }),
  };
}

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
