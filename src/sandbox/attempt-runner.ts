import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { AttemptEnvelope, InvocationEnvelope } from '../core/envelope.ts';
import { HANDED_BACK, HEARTBEAT_TIMEOUT_MS } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../core/loop.ts';
import { invocationToken } from '../core/token.ts';
import { readFailure } from './read-failure.ts';

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

  async #attemptOn(taskQueue: string, plan: AttemptPlan): Promise<AttemptOutcome> {
    const { attempt, timeoutMs, expiresInMs } = plan;
    const { workflowType } = workflowInfo();
    const { maximumAttempts } = this.#envelope.policy;
    const activities = proxyActivities({
      taskQueue,
      startToCloseTimeout: timeoutMs,
      ...(expiresInMs !== undefined && { scheduleToCloseTimeout: expiresInMs }),
      heartbeatTimeout: Math.min(timeoutMs, HEARTBEAT_TIMEOUT_MS),
      // The default leaves a cancelled attempt to itself: its end would not be on record, nor what it still did.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      // Temporal keeps only the last failure of its own retries; ours are one activity each.
      retry: { maximumAttempts: 1 },
      summary: `attempt ${attempt} of ${maximumAttempts}`,
    });
    try {
      const output: unknown = await activities[workflowType]!(this.#input, this.#meta(attempt));
      return { status: 'completed', output };
    } catch (error) {
      // Only a cancelled invocation is cancelled; an activity also reports "cancelled" when its worker shuts down.
      if (CancellationScope.current().consideredCancelled) throw toCancellation(error);
      const { failure, lastHeartbeat } = readFailure(error, plan);
      this.lastHeartbeat = lastHeartbeat ?? this.lastHeartbeat;
      return { status: 'failed', failure, error };
    }
  }

  #meta(attempt: number): AttemptEnvelope {
    const { workflowType, firstExecutionRunId } = workflowInfo();
    return {
      attempt,
      maximumAttempts: this.#envelope.policy.maximumAttempts,
      token: invocationToken(workflowType, firstExecutionRunId),
      firstRunId: firstExecutionRunId,
      version: this.#envelope.version,
      ...(this.lastHeartbeat !== undefined && { lastHeartbeat: this.lastHeartbeat }),
    };
  }
}

/** A handler that fails while it is being cancelled leaves a cancelled invocation, not a failed one. */
const toCancellation = (error: unknown): unknown =>
  isCancellation(error) || !(error instanceof Error) ? error : new CancelledFailure(error.message, [], error);
