import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  executeChild,
  ParentClosePolicy,
  sleep,
  TerminatedFailure,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { InvocationMemo, WorkflowEnvelope } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { checkPriority } from '../core/flow.ts';
import { failureHandlerName } from '../core/on-failure.ts';
import { registeredWorkflow } from '../core/registry.ts';
import { toTiming } from '../core/timing.ts';
import { checkSchema } from '../core/validate.ts';
import type { CallOptions } from '../core/verbs.ts';
import type { AnyWorkflow } from '../core/workflow-definition.ts';
import { childIdOf } from './called-workflow.ts';
import { noticeTemplate } from './failure-notice.ts';
import { readFailure } from './read-failure.ts';
import { failedStep } from '../core/step-error.ts';

interface Child {
  path: string;
  seq: number;
  options: CallOptions;
  /** Of the call; counted from there. */
  deadlineAt: number | undefined;
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
    refuseStepOptions(name, child.options);
    await checkSchema(workflow.input, input, 'input', name);
    const { delayMs } = toTiming(child.options);
    if (delayMs !== undefined) await sleep(delayMs, { summary: `${child.path}: delay` });
    const envelope = this.#envelopeOf(workflow, child);
    try {
      return await executeChild(name, this.#optionsOf(workflow, child, [input, envelope]));
    } catch (error) {
      // A cancelled caller is told of that alone: what its child made of it is on the child's own record.
      if (CancellationScope.current().consideredCancelled) throw toCancellation(error);
      throw error instanceof ChildWorkflowFailure ? childError(name, error) : error;
    }
  }

  #envelopeOf({ name, version, onFailure, deadlineMs }: AnyWorkflow, child: Child): WorkflowEnvelope {
    const caller = this.#caller;
    const told = failureHandlerName(child.options.onFailure, `the step "${child.path}"`) ?? onFailure;
    return {
      version,
      caller,
      ...deadlineOf(child, deadlineMs),
      ...(told !== undefined && { onFailure: noticeTemplate(told, caller, name) }),
    };
  }

  #optionsOf(
    { name, version }: AnyWorkflow,
    { path, seq, options }: Child,
    args: [unknown, WorkflowEnvelope],
  ) {
    const caller = this.#caller;
    const { workflowType } = workflowInfo();
    const { deadlineMs } = args[1];
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    const step = { path, seq };
    const memo: InvocationMemo = { kind: 'workflow', version, caller, settle: true, step, ...deadline };
    return {
      workflowId: childIdOf(name, caller, path).workflowId,
      args,
      memo: { [MEMO_KEY]: memo },
      staticSummary: `${path} of ${workflowType}`,
      ...(options.priority !== undefined && { priority: { priorityKey: checkPriority(options.priority) } }),
      // Asked to cancel, it takes back what it has done; so it is when its caller is terminated.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    };
  }
}

/** What is left of the call's own, or else the definition's. */
function deadlineOf({ deadlineAt }: Child, definedMs: number | undefined): { deadlineMs?: number } {
  const deadlineMs = deadlineAt === undefined ? definedMs : Math.max(1, deadlineAt - Date.now());
  return deadlineMs === undefined ? {} : { deadlineMs };
}

const toCancellation = (error: unknown): unknown =>
  error instanceof CancelledFailure
    ? error
    : new CancelledFailure('The workflow was cancelled.', [], error as Error);

/** How a child ended that was not cancelled by its caller. */
function childError(name: string, { cause }: ChildWorkflowFailure): DoError {
  const [code, type, message] = endedFromOutside(cause) ?? [];
  const failure = code ? { code, type, message } : readFailure(cause, { timeoutMs: 0 }).failure;
  return failedStep(name, failure as Parameters<typeof failedStep>[1], 'as a workflow of its own');
}

function endedFromOutside(cause: unknown): [ErrorCode, string, string] | undefined {
  if (cause instanceof CancelledFailure)
    return ['INVOCATION_CANCELLED', 'Cancelled', 'It was cancelled from outside.'];
  if (cause instanceof TerminatedFailure)
    return ['INVOCATION_TERMINATED', 'Terminated', 'It was terminated from outside.'];
  if (cause instanceof TimeoutFailure)
    return ['INVOCATION_TIMED_OUT', 'Timeout', "Temporal's own timeout ended it."];
  return undefined;
}

function refuseStepOptions(name: string, { retry, timeout }: CallOptions): void {
  if (retry === undefined && timeout === undefined) return;
  throw new DoError(
    'DEFINITION_INVALID',
    `\`retry\` and \`timeout\` are of attempts, and the workflow "${name}" has none. Use \`deadline\`, or set them on its steps.`,
  );
}

const notInBuild = (name: string): DoError =>
  new DoError(
    'ACTION_NOT_FOUND',
    `There is no action or workflow "${name}" in this build: it was not imported when the workflow was compiled. Import its module where the workflow is defined.`,
  );
