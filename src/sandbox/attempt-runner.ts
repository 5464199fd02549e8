import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { HANDED_BACK } from '../core/envelope.ts';
import type { FlowControl } from '../core/flow.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../core/loop.ts';
import type { AttemptPolicy } from '../core/policy.ts';
import type { StepMark } from '../core/step.ts';
import type { AttemptEnd } from './attempt-activity.ts';
import { runAttemptActivity } from './attempt-activity.ts';
import { activityFlow } from './flow.ts';

/** A retry costs about 11 events; the server warns at 10,240 and ends a run at 51,200. */
const RECORD_LIMIT = 4_000;

/** What is attempted: an invocation of an action, or a step of a workflow. */
export interface Attempted {
  /** The action's name, which is the activity's type. */
  name: string;
  version: string;
  caller: string;
  input: unknown;
  policy: AttemptPolicy;
  flow?: FlowControl | undefined;
  /** Where the workers that have the action listen. */
  queue: string;
  /** Where the first attempt is tried before: whoever polls there may have the action as well. */
  nearby?: string | undefined;
  tokenOf: (open: { epoch: number }) => string;
  lastHeartbeat?: unknown;
  step?: StepMark | undefined;
  /** Resolves when the input may travel; many that travel together are refused together. */
  room?: (() => Promise<void> | undefined) | undefined;
  /** Milliseconds since the epoch at which the workflow's own deadline ends every attempt. */
  endsAt?: number | undefined;
}

/** True when the rest belongs into a fresh run. */
function isRecordFull(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > RECORD_LIMIT;
}

/** Names the step in what Temporal's Web UI shows; the audit reads it back. */
export const labelOf = (step: StepMark | undefined): string => (step ? `${step.path}: ` : '');

/** The attempt loop's port on Temporal: an attempt is an activity, a wait is a timer. */
export class AttemptRunner implements LoopPort {
  readonly #attempted: Attempted;
  /** What the last attempt recorded; every attempt is an activity of its own, so Temporal does not carry it over. */
  lastHeartbeat: unknown;
  /** The last attempt that was begun. */
  last: AttemptPlan | undefined;

  constructor(attempted: Attempted) {
    this.#attempted = attempted;
    this.lastHeartbeat = attempted.lastHeartbeat;
  }

  now = (): number => Date.now();
  random = (): number => Math.random();

  /** A step is part of a run that goes on in any case. */
  isRecordFull = (): boolean => this.#attempted.step === undefined && isRecordFull();

  async sleep(ms: number, { nextAttempt, failure }: RetryPlan): Promise<void> {
    const { policy, step } = this.#attempted;
    const next = `attempt ${nextAttempt} of ${policy.maximumAttempts} is next`;
    await sleep(ms, { summary: `${labelOf(step)}${next}, after ${failure.type}` });
  }

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    const { queue, nearby } = this.#attempted;
    this.last = plan;
    const first = plan.attempt === 1 && nearby !== undefined ? nearby : queue;
    let end = await this.#attemptOn(first, plan);
    // A worker without this action took it off the shared queue: nothing ran, so this is no attempt yet.
    const handedBack = end.status === 'failed' && end.failure.type === HANDED_BACK;
    if (handedBack && first !== queue) end = await this.#attemptOn(queue, plan);
    this.lastHeartbeat = end.lastHeartbeat ?? this.lastHeartbeat;
    return end;
  }

  #attemptOn(taskQueue: string, plan: AttemptPlan): Promise<AttemptEnd> {
    const wait = this.#attempted.room?.();
    return wait ? wait.then(() => this.#callOn(taskQueue, plan)) : this.#callOn(taskQueue, plan);
  }

  #callOn(taskQueue: string, plan: AttemptPlan): Promise<AttemptEnd> {
    const { name, input, policy, step, endsAt, flow } = this.#attempted;
    const left = endsAt === undefined ? Infinity : endsAt - Date.now();
    // What ends it is due, and late: an attempt could only be ended again.
    if (left <= 0) return CancellationScope.current().cancelRequested;
    return runAttemptActivity({
      type: name,
      taskQueue,
      input,
      meta: this.#meta(plan),
      plan: { ...plan, timeoutMs: Math.min(plan.timeoutMs, left) },
      flow: activityFlow(flow, input),
      summary: `${labelOf(step)}attempt ${plan.attempt} of ${policy.maximumAttempts}`,
    });
  }

  #meta({ attempt, epoch }: AttemptPlan): AttemptEnvelope {
    const { policy, version, caller, tokenOf, step } = this.#attempted;
    return {
      attempt,
      maximumAttempts: policy.maximumAttempts,
      token: tokenOf({ epoch }),
      firstRunId: workflowInfo().firstExecutionRunId,
      version,
      caller,
      ...(step && { step }),
      ...(this.lastHeartbeat !== undefined && { lastHeartbeat: this.lastHeartbeat }),
    };
  }
}
