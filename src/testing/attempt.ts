import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { HEARTBEAT_TIMEOUT_MS } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { attemptTimedOut, workerLost } from '../core/wording.ts';
import { isStorePoint } from './crash-points.ts';
import type { StorePoint } from './crash-points.ts';
import type { Fault } from './faults.ts';
import type { Report, StagedAttempt } from './staged.ts';

/** Real time in which a handler that was told to stop may clean up before the test goes on without it. */
const LAST_MOMENTS_MS = 100;

export type Ending =
  Report | { status: 'timed_out'; failure: Failure } | { status: 'cancelled'; failure: Failure };

/** The clock of the invocation, as far as an attempt needs it. */
export interface AttemptClock {
  now(): number;
  /** Lets time pass until then, or until the invocation is cancelled before: only then it gives true. */
  until(time: number): Promise<boolean>;
  /** When the invocation will be cancelled; undefined when never, already, or when nobody knows that yet. */
  readonly cancelAt: number | undefined;
  /** True once the invocation was asked to end, where that reaches attempts. */
  readonly isCancelled?: boolean;
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
  readonly #fault: Fault;
  readonly #timeoutAt: number;
  /** When the handler's work is done, if it ends by itself. */
  readonly #doneAt: number;
  /** The step in the database at which the worker was to be lost, when the attempt ended without it. */
  missed: StorePoint | undefined;

  constructor(clock: AttemptClock, times: AttemptTimes, fault: Fault) {
    this.#clock = clock;
    this.#times = times;
    this.#fault = fault;
    this.#timeoutAt = clock.now() + times.timeoutMs;
    this.#doneAt = clock.now() + (fault.takesMs ?? 0);
  }

  /**
   * `begin` starts the attempt, and hears whether its work will be done in time; a worker that is lost before the
   * handler never gets there.
   */
  async play(begin: (isInTime: boolean) => StagedAttempt): Promise<Ending> {
    const { crash } = this.#fault;
    if (crash === 'before-handler') return await this.#loseWorker();
    const staged = begin(crash !== 'during-handler' && this.#doneAt <= this.#firstEnd());
    try {
      if (crash !== 'during-handler') return await this.#follow(staged);
      await staged.begun;
      return await this.#loseWorker();
    } finally {
      staged.abandon();
      // Until its timers are cleared; nothing of a test may keep the process alive.
      await turn();
    }
  }

  async #follow(staged: StagedAttempt): Promise<Ending> {
    const ended = Promise.race([staged.lost, staged.report]);
    const isInTime = this.#doneAt <= this.#firstEnd();
    const report = isInTime ? await soon(ended, this.#times.patienceMs) : await turn();
    if (report) return await this.#end(report);
    const isCancelled = await this.#clock.until(this.#timeoutAt);
    // At a workflow's deadline both happen at once, and the attempt's own end is nearer than a cancellation from afar.
    if (isCancelled && this.#clock.now() < this.#timeoutAt) {
      staged.tell(Object.assign(new Error('CANCELLED'), { name: 'CancelledFailure' }));
      const last = await soon(staged.report, LAST_MOMENTS_MS);
      if (last?.status === 'failed') return { status: 'cancelled', failure: last.failure };
      if (last && this.#doneAt <= this.#timeoutAt) return await this.#end(last);
    }
    return await this.#timeOut(staged);
  }

  /** Of the ends that come from outside. */
  #firstEnd = (): number => Math.min(this.#timeoutAt, this.#clock.cancelAt ?? Infinity);

  /** Whether it is cancelled meanwhile or not. */
  async #pass(time: number): Promise<void> {
    if (await this.#clock.until(time)) await this.#clock.until(time);
  }

  async #end(report: Report | 'lost'): Promise<Ending> {
    await this.#pass(this.#doneAt);
    if (report === 'lost' || this.#fault.crash === 'after-handler') return await this.#loseWorker();
    if (isStorePoint(this.#fault.crash)) this.missed = this.#fault.crash;
    return report;
  }

  async #timeOut(staged: StagedAttempt): Promise<Ending> {
    await this.#pass(this.#timeoutAt);
    const { message, type } = attemptTimedOut(this.#times.timeoutMs);
    staged.tell(Object.assign(new Error(message), { name: type }));
    await soon(staged.report, LAST_MOMENTS_MS);
    return { status: 'timed_out', failure: attemptTimedOut(this.#times.timeoutMs) };
  }

  async #loseWorker(): Promise<Ending> {
    const noticedAt = this.#clock.now() + Math.min(this.#times.timeoutMs, HEARTBEAT_TIMEOUT_MS);
    await this.#pass(Math.min(noticedAt, this.#timeoutAt));
    const failure = noticedAt <= this.#timeoutAt ? workerLost() : attemptTimedOut(this.#times.timeoutMs);
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
