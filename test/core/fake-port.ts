import type { Failure } from '../../src/core/failure.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../../src/core/loop.ts';

/** One attempt of the script: how it ends, and how long it takes. */
export interface Act {
  takesMs?: number;
  output?: unknown;
  failure?: Partial<Failure>;
  /** Thrown by the port itself, as a cancellation is. */
  throws?: Error;
}

export const failing = (failure: Partial<Failure> = {}, takesMs = 0): Act => ({ failure, takesMs });

export const failureOf = (failure: Partial<Failure> = {}): Failure => ({
  code: 'INVOCATION_FAILED',
  type: 'Error',
  message: 'it failed',
  nonRetryable: false,
  ...failure,
});

/** The world of one invocation: a scripted handler and a clock that only waiting moves. The last act repeats. */
export class FakePort implements LoopPort {
  readonly attempts: AttemptPlan[] = [];
  readonly sleeps: { ms: number; plan: RetryPlan }[] = [];
  readonly calls: string[] = [];
  randomness: number[] = [];
  fullAfter = Infinity;
  /** How much later than asked for it wakes. */
  oversleepsMs = 0;
  cancelledInSleep: Error | undefined;
  #time: number;
  readonly #acts: Act[];

  constructor(acts: Act[], time = 1_000_000) {
    this.#acts = acts;
    this.#time = time;
  }

  now = (): number => this.#time;
  random = (): number => this.randomness.shift() ?? 0;
  isRecordFull = (): boolean => this.attempts.length >= this.fullAfter;

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    this.attempts.push(plan);
    this.calls.push(`attempt ${plan.attempt} within ${plan.timeoutMs}`);
    const act = this.#acts[Math.min(this.attempts.length, this.#acts.length) - 1]!;
    const { takesMs = 0, failure, output } = act;
    if (act.throws) throw act.throws;
    this.#time += Math.min(takesMs, plan.timeoutMs);
    if (takesMs > plan.timeoutMs) return failed({ type: 'AttemptTimedOut' });
    return failure ? failed(failure) : { status: 'completed', output };
  }

  async sleep(ms: number, plan: RetryPlan): Promise<void> {
    this.sleeps.push({ ms, plan });
    this.calls.push(`sleep ${ms}`);
    if (this.cancelledInSleep) throw this.cancelledInSleep;
    this.#time += ms + this.oversleepsMs;
  }
}

const failed = (failure: Partial<Failure>): AttemptOutcome => ({
  status: 'failed',
  failure: failureOf(failure),
  error: new Error(failure.message ?? 'it failed'),
});
