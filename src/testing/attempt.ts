import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { ATTEMPT_TIMED_OUT, HEARTBEAT_TIMEOUT_MS } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { AttemptFaults } from './faults.ts';
import type { Report, StagedAttempt } from './staged.ts';

/** Real time in which a handler that was told to stop may clean up before the test goes on without it. */
const LAST_MOMENTS_MS = 100;

export type Ending =
  Report | { status: 'timed_out'; failure: Failure } | { status: 'cancelled'; failure: Failure };

/** The clock of the invocation, as far as an attempt needs it. */
export interface AttemptClock {
  now(): number;
  moveTo(time: number): void;
  /** When the invocation will be cancelled; undefined when never, or already. */
  readonly cancelAt: number | undefined;
  requestCancel(): void;
}

export interface AttemptTimes {
  timeoutMs: number;
  patienceMs: number;
}

/**
 * Plays one attempt on the clock of the test, in the part of Temporal: it tells the handler of a cancellation, times
 * the attempt out, and notices a lost worker by its missing heartbeats.
 */
export class AttemptPlay {
  readonly #clock: AttemptClock;
  readonly #times: AttemptTimes;
  readonly #faults: AttemptFaults;
  readonly #timeoutAt: number;
  /** When the handler's work is done, if it ends by itself. */
  readonly #doneAt: number;

  constructor(clock: AttemptClock, times: AttemptTimes, faults: AttemptFaults) {
    this.#clock = clock;
    this.#times = times;
    this.#faults = faults;
    this.#timeoutAt = clock.now() + times.timeoutMs;
    this.#doneAt = clock.now() + (faults.takesMs ?? 0);
  }

  /** `begin` starts the attempt; a worker that is lost before the handler never gets there. */
  async play(begin: () => StagedAttempt): Promise<Ending> {
    if (this.#faults.crash === 'before-handler') return this.#loseWorker();
    const staged = begin();
    try {
      if (this.#faults.crash !== 'during-handler') return await this.#follow(staged);
      await staged.begun;
      return this.#loseWorker();
    } finally {
      staged.abandon();
      // Until its timers are cleared; nothing of a test may keep the process alive.
      await turn();
    }
  }

  async #follow(staged: StagedAttempt): Promise<Ending> {
    const first = Math.min(this.#timeoutAt, this.#cancelAt() ?? Infinity);
    const report = this.#doneAt <= first ? await soon(staged.report, this.#times.patienceMs) : await turn();
    if (report) return this.#end(report);
    const cancelAt = this.#cancelAt();
    if (cancelAt !== undefined) {
      this.#clock.moveTo(cancelAt);
      this.#clock.requestCancel();
      staged.tell(Object.assign(new Error('CANCELLED'), { name: 'CancelledFailure' }));
      const last = await soon(staged.report, LAST_MOMENTS_MS);
      if (last?.status === 'failed') return { status: 'cancelled', failure: last.failure };
      if (last && this.#doneAt <= this.#timeoutAt) return this.#end(last);
    }
    return await this.#timeOut(staged);
  }

  #cancelAt(): number | undefined {
    const { cancelAt } = this.#clock;
    return cancelAt !== undefined && cancelAt < this.#timeoutAt ? cancelAt : undefined;
  }

  #end(report: Report): Ending {
    this.#clock.moveTo(this.#doneAt);
    return this.#faults.crash === 'after-handler' ? this.#loseWorker() : report;
  }

  async #timeOut(staged: StagedAttempt): Promise<Ending> {
    this.#clock.moveTo(this.#timeoutAt);
    const { message, type } = timedOut(this.#times.timeoutMs);
    staged.tell(Object.assign(new Error(message), { name: type }));
    await soon(staged.report, LAST_MOMENTS_MS);
    return { status: 'timed_out', failure: timedOut(this.#times.timeoutMs) };
  }

  #loseWorker(): Ending {
    const noticedAt = this.#clock.now() + Math.min(this.#times.timeoutMs, HEARTBEAT_TIMEOUT_MS);
    const cancelAt = this.#clock.cancelAt;
    if (cancelAt !== undefined && cancelAt < Math.min(noticedAt, this.#timeoutAt)) {
      this.#clock.moveTo(cancelAt);
      this.#clock.requestCancel();
    }
    this.#clock.moveTo(Math.min(noticedAt, this.#timeoutAt));
    const failure = noticedAt <= this.#timeoutAt ? workerLost() : timedOut(this.#times.timeoutMs);
    return { status: 'timed_out', failure };
  }
}

/** Real time, also where a test runner has replaced the global timers by its own. */
async function soon<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([promise, delay(ms, undefined, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

const retryable = (type: string, message: string): Failure => ({
  code: 'INVOCATION_FAILED',
  type,
  message,
  nonRetryable: false,
});

// In the words of sandbox/read-failure.ts, which tells the real ones.
const timedOut = (ms: number) => retryable(ATTEMPT_TIMED_OUT, `The attempt did not end within ${ms} ms.`);
const workerLost = () =>
  retryable('WorkerLost', 'The worker stopped sending heartbeats: it was killed, cut off or blocked.');
