import {
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { InvocationMemo, WorkflowEnvelope } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { registeredWorkflow } from '../core/registry.ts';
import { stepToken } from '../core/token.ts';
import { toTiming } from '../core/timing.ts';
import { checkSchema } from '../core/validate.ts';
import type { CallOptions } from '../core/verbs.ts';
import type { AnyWorkflow } from '../core/workflow-definition.ts';
import { readFailure } from './read-failure.ts';
import { failedStep } from './step-error.ts';

interface Child {
  path: string;
  seq: number;
  options: CallOptions;
}

/** A workflow called by another one: an invocation of its own, which ends with the one that called it. */
export class ChildWorkflows {
  readonly #caller: string;

  constructor(caller: string) {
    this.#caller = caller;
  }

  async invoke(name: string, input: unknown, child: Child): Promise<unknown> {
    const workflow = registeredWorkflow(name);
    if (!workflow) throw notInBuild(name);
    await checkSchema(workflow.input, input, 'input', name);
    const { delayMs, deadlineMs = workflow.deadlineMs } = toTiming(child.options);
    if (delayMs !== undefined) await sleep(delayMs, { summary: `${child.path}: delay` });
    try {
      return await executeChild(name, this.#optionsOf(workflow, input, child, deadlineMs));
    } catch (error) {
      if (!(error instanceof ChildWorkflowFailure) || isCancellation(error)) throw error;
      const { failure } = readFailure(error.cause, { timeoutMs: 0 });
      throw failedStep(name, failure, 'as a workflow of its own');
    }
  }

  #optionsOf({ name, version }: AnyWorkflow, input: unknown, { path }: Child, deadlineMs: number | undefined) {
    const caller = this.#caller;
    const { workflowType, firstExecutionRunId } = workflowInfo();
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    const envelope: WorkflowEnvelope = { version, caller, ...deadline };
    const memo: InvocationMemo = { kind: 'workflow', version, caller, settle: true, ...deadline };
    const token = stepToken(workflowType, firstExecutionRunId, path, 0);
    return {
      workflowId: `${name}/${encodeURIComponent(caller)}/${token}`,
      args: [input, envelope],
      memo: { [MEMO_KEY]: memo },
      staticSummary: `${path} of ${workflowType}`,
      // Asked to cancel, it takes back what it has done; so it is when its caller is terminated.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    };
  }
}

const notInBuild = (name: string): DoError =>
  new DoError(
    'ACTION_NOT_FOUND',
    `There is no action or workflow "${name}" in this build: it was not imported when the workflow was compiled. Import its module where the workflow is defined.`,
  );
