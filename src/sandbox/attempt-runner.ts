import { sleep, workflowInfo } from '@temporalio/workflow';
import type { AttemptEnvelope, InvocationEnvelope } from '../core/envelope.ts';
import { HANDED_BACK } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../core/loop.ts';
import { invocationToken } from '../core/token.ts';
import type { AttemptEnd } from './attempt-activity.ts';
import { runAttemptActivity } from './attempt-activity.ts';

/** A retry costs about 11 events; the server warns at 10,240 and ends a run at 51,200. */
const RECORD_LIMIT = 4_000;

/** The attempt loop's port on Temporal: an attempt is an activity, a wait is a timer. */
export class AttemptRunner implements LoopPort {
  readonly #input: unknown;
  readonly #envelope: InvocationEnvelope;
  /** What the last attempt recorded; every attempt is an activity of its own, so Temporal does not carry it over. */
  lastHeartbeat: unknown;

  constructor(input: unknown, envelope: InvocationEnvelope) {
    this.#input = input;
    this.#envelope = envelope;
    this.lastHeartbeat = envelope.resume?.lastHeartbeat;
  }

  now = (): number => Date.now();
  random = (): number => Math.random();

  isRecordFull(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return continueAsNewSuggested || historyLength > RECORD_LIMIT;
  }

  async sleep(ms: number, { nextAttempt, failure }: RetryPlan): Promise<void> {
    const { maximumAttempts } = this.#envelope.policy;
    await sleep(ms, {
      summary: `attempt ${nextAttempt} of ${maximumAttempts} is next, after ${failure.type}`,
    });
  }

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    const { queue, local } = this.#envelope;
    const nearby = local === true && plan.attempt === 1 ? workflowInfo().taskQueue : queue;
    const outcome = await this.#attemptOn(nearby, plan);
    // A worker without this action took it off the shared queue: nothing ran, so this is no attempt yet.
    const handedBack = outcome.status === 'failed' && outcome.failure.type === HANDED_BACK;
    return handedBack && nearby !== queue ? await this.#attemptOn(queue, plan) : outcome;
  }

  async #attemptOn(taskQueue: string, plan: AttemptPlan): Promise<AttemptEnd> {
    const end = await runAttemptActivity({
      type: workflowInfo().workflowType,
      taskQueue,
      input: this.#input,
      meta: this.#meta(plan),
      plan,
      summary: `attempt ${plan.attempt} of ${this.#envelope.policy.maximumAttempts}`,
    });
    this.lastHeartbeat = end.lastHeartbeat ?? this.lastHeartbeat;
    return end;
  }

  #meta({ attempt, epoch }: AttemptPlan): AttemptEnvelope {
    const { workflowType, firstExecutionRunId } = workflowInfo();
    const { policy, version, caller } = this.#envelope;
    return {
      attempt,
      maximumAttempts: policy.maximumAttempts,
      token: invocationToken(workflowType, firstExecutionRunId, epoch),
      firstRunId: firstExecutionRunId,
      version,
      caller,
      ...(this.lastHeartbeat !== undefined && { lastHeartbeat: this.lastHeartbeat }),
    };
  }
}
