import { workflowInfo } from '@temporalio/workflow';
import type { CarriedChild } from '../core/carried-run.ts';
import { resolvePolicy } from '../core/policy.ts';
import type { CalledWorkflow, StepMark } from '../core/step.ts';
import { stepToken } from '../core/token.ts';
import { ActivitySettlement } from './settlement.ts';

/** An invocation of its own does it, with as many attempts as it needs: this is for whoever waits for that. */
const PATIENT = resolvePolicy({ maximumAttempts: 1_000 }, '1 day');

interface Called {
  /** The workflow's name. */
  name: string;
  mark: StepMark;
  version: string;
  caller: string;
  token: string;
  called: CalledWorkflow;
}

/** Takes back what a workflow that was called has done: a worker has that settled, and waits for it. */
export function settlementOfCalled({
  name,
  mark,
  version,
  caller,
  token,
  called,
}: Called): ActivitySettlement {
  const { taskQueue: queue, firstExecutionRunId: firstRunId } = workflowInfo();
  return new ActivitySettlement({
    name,
    input: null,
    step: mark,
    envelope: { version, caller, queue, safety: { compensate: { policy: PATIENT } } },
    tokenOf: () => token,
    firstRunId,
    called,
  });
}

/** Its token is that of the step, so the id follows from where it was called. */
export function childIdOf(name: string, caller: string, path: string): { token: string; workflowId: string } {
  const { workflowType, firstExecutionRunId } = workflowInfo();
  const token = stepToken(workflowType, firstExecutionRunId, path, 0);
  return { token, workflowId: `${name}/${encodeURIComponent(caller)}/${token}` };
}

/** No name has a slash. */
export const calledName = ({ path }: CarriedChild): string => path.split('/', 1)[0]!;
