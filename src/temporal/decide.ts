import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApprovalAnswer } from '../core/approval.ts';
import { APPROVE, approvalProblem } from '../core/approval.ts';
import type { Decision } from '../core/decision.ts';
import type { ErrorCode } from '../core/errors.ts';
import { DoError, ERRORS } from '../core/errors.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import type { CurrentRun } from './current-run.ts';
import { toCurrentRun } from './current-run.ts';
import { GRPC, grpcCode } from './grpc.ts';
import { toPayloads } from './payloads.ts';
import { isPolled } from './pollers.ts';

/** Enum values of Temporal's API. */
const COMPLETED = 3;
const WORKFLOW_QUEUE = 1;

/** A worker that starts anew is back within about this time. */
const WORKER_LIMIT_MS = 5_000;
/** For one that is there: a task that was given to one which has died goes to another after a second, or ten. */
const ANSWER_LIMIT_MS = 15_000;
const PAUSE_MS = 200;

/**
 * Has a workflow take a decision. Refused from the record alone where that is enough, so that it needs no worker; what it
 * accepts, the workflow itself takes or refuses, since somebody may have been faster.
 */
export async function sendDecision(
  temporal: TemporalConnection,
  id: string,
  name: string,
  { digest, approved, reason = null, data = null }: Decision,
  by: string,
): Promise<void> {
  const answer: ApprovalAnswer = { name, digest, approved, by, reason, data };
  await toCurrentRun(temporal, id, {
    check: ({ approvals, isOpen }) => checkAnswer(approvals, answer, isOpen),
    tell: async (run) => {
      await untilPolled(temporal, run);
      await update(temporal, run, answer);
    },
  });
}

/** That it has closed is told before what has become of the request. */
function checkAnswer(approvals: CurrentRun['approvals'], answer: ApprovalAnswer, isOpen: boolean): void {
  const problem = approvalProblem(approvals, answer);
  if (problem && (isOpen || problem.code === 'APPROVAL_NOT_FOUND'))
    throw new DoError(problem.code, problem.message);
}

/** Sent without a worker, it would be taken whenever one comes, after its sender was told that none is there. */
async function untilPolled(temporal: TemporalConnection, { taskQueue }: CurrentRun): Promise<void> {
  const givesUpAt = performance.now() + WORKER_LIMIT_MS;
  while (!(await isPolled(temporal, taskQueue, WORKFLOW_QUEUE))) {
    if (performance.now() > givesUpAt)
      throw new DoError(
        'WORKER_UNAVAILABLE',
        `No worker is there to take the decision: none polls the task queue "${taskQueue}". Nothing was decided; start one (\`npm start\` or \`do-sdk worker\`) and decide again.`,
      );
    await delay(PAUSE_MS);
  }
}

async function update(temporal: TemporalConnection, run: CurrentRun, answer: ApprovalAnswer): Promise<void> {
  const { service, namespace, identity } = temporal;
  const { workflowId, runId, firstRunId } = run;
  const givesUpAt = performance.now() + ANSWER_LIMIT_MS;
  const request = {
    namespace,
    workflowExecution: { workflowId, runId },
    firstExecutionRunId: firstRunId,
    waitPolicy: { lifecycleStage: COMPLETED },
    request: {
      // The same one however often it is sent below.
      meta: { updateId: randomUUID(), identity },
      input: { name: APPROVE, args: toPayloads(answer) },
    },
  };
  for (;;) {
    const leftMs = givesUpAt - performance.now();
    if (leftMs <= 0) throw notAnswered();
    const outcome = await call(temporal, () => service.updateWorkflowExecution(request), leftMs).then(
      (reply) => reply.outcome,
      passOverBusy,
    );
    if (outcome?.failure) throw toDoError(outcome.failure);
    if (outcome) return;
    await delay(PAUSE_MS);
  }
}

/**
 * Temporal takes ten at a time; those that lose a race are soon told. And it takes none with a task that fails, as one does
 * that would end the workflow while something else has come in: with the next one the decision is new.
 */
function passOverBusy(error: unknown): undefined {
  const code = grpcCode((error as Error).cause);
  if (code === GRPC.RESOURCE_EXHAUSTED || code === GRPC.FAILED_PRECONDITION) return undefined;
  if (code === GRPC.DEADLINE_EXCEEDED || code === GRPC.CANCELLED) throw notAnswered();
  throw error;
}

const notAnswered = (): DoError =>
  new DoError(
    'WORKER_UNAVAILABLE',
    "No worker has answered in time. The decision may still be taken once one does: read the invocation's `approvals` before deciding again.",
  );

function toDoError({
  message,
  applicationFailureInfo,
}: {
  message?: string | null;
  applicationFailureInfo?: { type?: string | null } | null;
}): DoError {
  const type = applicationFailureInfo?.type ?? '';
  if (Object.hasOwn(ERRORS, type)) return new DoError(type as ErrorCode, message ?? '');
  return new DoError('INTERNAL', `The workflow refused the decision: ${message ?? type}`);
}
