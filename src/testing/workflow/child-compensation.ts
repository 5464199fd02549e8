import { randomUUID } from 'node:crypto';
import type { AttemptEnvelope } from '../../core/envelope.ts';
import { COMPENSATE, SETTLE } from '../../core/envelope.ts';
import type { Failure } from '../../core/failure.ts';
import { toFailure } from '../../core/failure.ts';
import { stepToken } from '../../core/token.ts';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import type { Remaining } from '../../core/workflow-end.ts';
import { compensationFailed, notTakenBack } from '../../core/workflow-end.ts';
import { invocationIdOf } from '../../temporal/ids.ts';
import { encodeFailure, TEST_CALLER } from '../record.ts';
import type { StepOwner } from './action-step.ts';
import type { StepCall } from './asking.ts';
import type { TestStep } from './workflow-run.ts';

interface CompletedChild {
  owner: StepOwner;
  workflow: AnyWorkflow;
  call: StepCall;
  child: {
    readonly firstRunId: string;
    readonly steps: { compensate(reason: Failure): Promise<Remaining[]>; readonly told: TestStep[] };
  };
}

/** As sandbox/saga.ts has it done, by an invocation of its own: the caller's record tells that it was. */
export async function takeChildBack(
  reason: Failure,
  completed: CompletedChild,
): Promise<{ failure: Failure | undefined; steps: TestStep[] }> {
  const { owner, workflow, child } = completed;
  const { record } = owner;
  const scheduledEventId = record.begin(workflow.name + COMPENSATE, null, metaOf(reason, completed));
  const remaining = await child.steps.compensate(reason);
  const steps = child.steps.told;
  if (remaining.length > 0) {
    const told = notTakenBack(compensationFailed(reason, remaining).message);
    const failure = toFailure(told, 'COMPENSATION_FAILED');
    record.add({ activityTaskFailedEventAttributes: { scheduledEventId, failure: encodeFailure(failure) } });
    return { failure, steps };
  }
  const settling = { workflowId: `${workflow.name}${SETTLE}/${child.firstRunId}`, firstRunId: randomUUID() };
  const isAny = steps.some(({ compensated }) => compensated);
  record.complete(scheduledEventId, isAny ? { settledBy: invocationIdOf(settling) } : null);
  return { failure: undefined, steps };
}

function metaOf(
  { code, type, message }: Failure,
  { owner, workflow, call }: CompletedChild,
): AttemptEnvelope {
  const { firstRunId } = owner.record;
  const { path, seq } = call;
  const token = stepToken(owner.name, firstRunId, path, 0);
  return {
    ...{ attempt: 1, maximumAttempts: 1, token, firstRunId },
    ...{ version: workflow.version, caller: TEST_CALLER, step: { path, seq } },
    compensates: { attempt: 1, output: null, error: { code, type, message } },
    called: { workflowId: `${workflow.name}/${TEST_CALLER}/${token}`, hasCompleted: true },
  };
}
