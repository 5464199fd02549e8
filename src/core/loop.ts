import type { AttemptReport } from './envelope.ts';
import type { ErrorCode } from './errors.ts';
import type { Failure } from './failure.ts';
import type { AttemptPolicy } from './policy.ts';
import { backoffMs } from './policy.ts';
import type { OpenAttempt, Settlement } from './settle.ts';
import { settle } from './settle.ts';

/** What the loop needs from the world it runs in. Cancellation is an exception that `attempt` and `sleep` let through. */
export interface LoopPort {
  attempt(plan: AttemptPlan): Promise<AttemptOutcome>;
  sleep(ms: number, plan: RetryPlan): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** True when the record of this run has grown so long that the rest belongs into a fresh one. */
  isRecordFull(): boolean;
}

export interface AttemptPlan {
  attempt: number;
  /** Of the token: how many attempts have been taken back before this one. */
  epoch: number;
  /** For this attempt, from its start. */
  timeoutMs: number;
  /** Until the invocation's deadline, waiting for a worker included; undefined without one. */
  expiresInMs: number | undefined;
}

export interface RetryPlan {
  nextAttempt: number;
  failure: Failure;
}

/** `failed` covers an attempt that timed out or whose worker was lost; `error` is the host's own object, for the cause. */
export type AttemptOutcome =
  ({ status: 'completed' } & AttemptReport) | { status: 'failed'; failure: Failure; error: unknown };

export type LoopResult =
  | ({ status: 'completed' } & AttemptReport)
  | { status: 'failed'; failure: Failure; error: unknown; attempts: number }
  | { status: 'timed_out'; failure?: Failure; error?: unknown; attempts: number }
  | { status: 'continued'; nextAttempt: number; epoch: number };

export interface LoopStart {
  firstAttempt?: number;
  epoch?: number;
  deadlineAt?: number | undefined;
  /** What comes before a failure is told; nothing without it. */
  settlement?: Settlement | undefined;
}

/**
 * One invocation's attempts, from `firstAttempt` to the outcome. Deterministic over its port: the same answers give
 * the same calls, which is what lets Temporal replay it.
 */
export function runAttempts(
  port: LoopPort,
  policy: AttemptPolicy,
  start: LoopStart = {},
): Promise<LoopResult> {
  return new AttemptLoop(port, policy, start).run();
}

type Ending = Extract<LoopResult, { attempts: number }>;

class AttemptLoop {
  readonly #port: LoopPort;
  readonly #policy: AttemptPolicy;
  readonly #settlement: Settlement | undefined;
  readonly #isCompensated: boolean;
  readonly #deadlineAt: number | undefined;
  #attempt: number;
  #epoch: number;
  /** The attempt that may still act, or whose effect has not been taken back. */
  #open: OpenAttempt | undefined;

  constructor(port: LoopPort, policy: AttemptPolicy, start: LoopStart) {
    this.#port = port;
    this.#policy = policy;
    this.#settlement = start.settlement;
    this.#isCompensated = start.settlement?.safety.compensate !== undefined;
    this.#deadlineAt = start.deadlineAt;
    this.#attempt = start.firstAttempt ?? 1;
    this.#epoch = start.epoch ?? 0;
    // Of an earlier run; a compensated attempt was settled there.
    if (this.#attempt > 1 && !this.#isCompensated) {
      this.#open = { attempt: this.#attempt - 1, epoch: this.#epoch };
    }
  }

  async run(): Promise<LoopResult> {
    try {
      for (let last: FailedOutcome | undefined; ;) {
        // Also after a wait: what wakes it may come late, and Temporal takes no attempt without time.
        if (this.#remainingMs() <= 0) return await this.#end(this.#outOfTime(last));
        const plan = this.#plan();
        this.#open = { attempt: plan.attempt, epoch: plan.epoch };
        const outcome = await this.#port.attempt(plan);
        if (outcome.status === 'completed') return outcome;
        const ended = await this.#endOrWait(outcome);
        if (ended) return ended;
        last = outcome;
      }
    } catch (cancellation) {
      // Also a cancelled invocation is told only when nothing of it can happen any more.
      const settled = await this.#settle(CANCELLED);
      if (settled) return settled;
      throw cancellation;
    }
  }

  /** What comes between two attempts; undefined when the next one is due. */
  async #endOrWait(outcome: FailedOutcome): Promise<LoopResult | undefined> {
    const { failure } = outcome;
    if (this.#isFinal(failure)) return await this.#end(this.#endingOf(outcome));
    const delayMs = failure.retryAfterMs ?? backoffMs(this.#policy, this.#attempt, this.#port.random());
    // A wait that would outlast the deadline can only end in it: say so now.
    if (delayMs >= this.#remainingMs()) return await this.#end(this.#endingOf(outcome, 'timed_out'));
    if (this.#isCompensated) {
      const settled = await this.#settle(failure);
      if (settled) return settled;
      // Taking it back took its time.
      if (delayMs >= this.#remainingMs()) return this.#endingOf(outcome, 'timed_out');
    }
    await this.#port.sleep(delayMs, { nextAttempt: ++this.#attempt, failure });
    if (!this.#port.isRecordFull()) return undefined;
    return { status: 'continued', nextAttempt: this.#attempt, epoch: this.#epoch };
  }

  #plan(): AttemptPlan {
    const remainingMs = this.#remainingMs();
    return {
      attempt: this.#attempt,
      epoch: this.#epoch,
      timeoutMs: Math.min(this.#policy.timeoutMs, remainingMs),
      expiresInMs: Number.isFinite(remainingMs) ? remainingMs : undefined,
    };
  }

  #remainingMs = (): number =>
    this.#deadlineAt === undefined ? Infinity : this.#deadlineAt - this.#port.now();

  #isFinal(failure: Failure): boolean {
    const { maximumAttempts, nonRetryableErrorTypes } = this.#policy;
    const isLast = this.#attempt >= maximumAttempts || failure.nonRetryable;
    return this.#remainingMs() <= 0 || isLast || nonRetryableErrorTypes.includes(failure.type);
  }

  /** Before an attempt, the next one. */
  #outOfTime(last: FailedOutcome | undefined): Ending {
    const attempts = this.#attempt - 1;
    return { status: 'timed_out', ...(last && { failure: last.failure, error: last.error }), attempts };
  }

  #endingOf({ failure, error }: FailedOutcome, status: Ending['status'] = 'failed'): Ending {
    const isLate = this.#remainingMs() <= 0;
    return { status: isLate ? 'timed_out' : status, failure, error, attempts: this.#attempt };
  }

  async #end(ending: Ending): Promise<LoopResult> {
    return (await this.#settle(ending.failure ?? TIMED_OUT)) ?? ending;
  }

  /** Undefined: nothing of the open attempt is left, and nothing can come of it. */
  async #settle(failure: Failure): Promise<LoopResult | undefined> {
    const open = this.#open;
    if (!open || !this.#settlement) return undefined;
    const settled = await settle(this.#settlement, { ...open, failure });
    this.#open = undefined;
    if (settled.status === 'completed') return settled;
    if (settled.status === 'failed') return { ...settled, attempts: open.attempt };
    this.#epoch = settled.epoch;
    return undefined;
  }
}

type FailedOutcome = Extract<AttemptOutcome, { status: 'failed' }>;

const ended = (code: ErrorCode, type: string, message: string): Failure => ({
  code,
  type,
  message,
  nonRetryable: true,
});
const CANCELLED = ended('INVOCATION_CANCELLED', 'Cancelled', 'The invocation was cancelled.');
const TIMED_OUT = ended('INVOCATION_TIMED_OUT', 'DeadlineExceeded', 'The deadline passed.');
