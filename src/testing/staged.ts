import type { Attempt } from '../attempt/run.ts';
import { AttemptFailed, runAttempt } from '../attempt/run.ts';
import type { ActionLog, Transaction } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptReport, RecordedCall } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import type { Secrets } from '../core/secrets.ts';
import type { StorePoint } from './crash-points.ts';
import { stageFurther } from './enqueued.ts';
import type { Fault } from './faults.ts';
import type { Memory } from './memory.ts';
import { memoryStore } from './memory-store.ts';

/** The clock decides on timeouts, so the attempt's own timer is set to the longest that Node knows. */
const NEVER_MS = 2 ** 31 - 1 - 1_000;

/** What the attempt reports to the platform at its end. */
export type Report =
  | ({ status: 'completed' } & AttemptReport)
  | { status: 'failed'; failure: Failure; calls: readonly RecordedCall[] };

export interface Stage extends Attempt {
  invocationId: string;
  log: ActionLog;
  fault: Fault;
  memory: Memory;
  /** Where the statements of a transactional handler go. */
  tx: Transaction | undefined;
  secrets: Secrets;
}

/** One attempt as a worker runs it, with a function that can be replaced, told to stop, and given up. */
export class StagedAttempt {
  readonly report: Promise<Report>;
  /** Resolves when the function waits for the first time, or will not run at all. */
  readonly begun: Promise<void>;
  /** Resolves when the worker is lost at a step in the database. */
  readonly lost: Promise<'lost'>;
  /** What the function was called with; the input as sent while it was not. */
  handlerInput: unknown;
  lastHeartbeat: unknown;
  readonly #stage: Stage;
  readonly #isInTime: boolean;
  readonly #stop = new AbortController();
  readonly #givenUp: Promise<never>;
  #giveUp!: (reason: Error) => void;
  #begin!: () => void;
  #lose!: (lost: 'lost') => void;

  /** `isInTime`: on the test's clock its work is done before its time is over, so that it may commit. */
  constructor(stage: Stage, isInTime: boolean) {
    this.#stage = stage;
    this.#isInTime = isInTime;
    this.handlerInput = stage.input;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
    this.lost = new Promise((resolve) => (this.#lose = resolve));
    this.#givenUp = new Promise((_, reject) => (this.#giveUp = reject));
    this.#givenUp.catch(() => undefined);
    this.report = this.#run();
  }

  /** Aborts the handler's `ctx.signal`. */
  tell(reason: Error): void {
    this.#stop.abort(reason);
  }

  /** Waits no longer; what the handler still does is its own business, as on a worker that is cut off. */
  abandon(): void {
    this.#giveUp(new Error('The attempt was given up.'));
  }

  async #run(): Promise<Report> {
    const { action, role, input, meta, invocationId, log, secrets } = this.#stage;
    const host = {
      invocationId,
      log,
      secrets: (name: string) => secrets[name],
      timeoutMs: NEVER_MS,
      signal: this.#stop.signal,
      heartbeat: (details: unknown) => void (this.lastHeartbeat = details),
      store: async () => memoryStore(this.#stage.memory, this.#stage.tx, this),
      stage: stageFurther,
    };
    try {
      const own = {
        handler: this.#played(action.handler),
        compensate: action.compensate && this.#played(action.compensate),
      };
      // A process of its own would not see the doubles of the test.
      const staged: AnyAction = { ...action, ...own, isolation: undefined };
      return { status: 'completed', ...(await runAttempt({ action: staged, role, input, meta }, host)) };
    } catch (error) {
      const isKnown = error instanceof AttemptFailed;
      return {
        status: 'failed',
        failure: isKnown ? error.failure : toFailure(error),
        calls: isKnown ? error.calls : [],
      };
    } finally {
      this.#begin();
    }
  }

  #played<Context>(work: (input: never, ctx: Context) => unknown) {
    return async (input: never, ctx: Context): Promise<unknown> => {
      const { error } = this.#stage.fault;
      if (error) throw error.thrown;
      this.handlerInput = input;
      const result = work(input, ctx);
      this.#begin();
      return await Promise.race([result, this.#givenUp]);
    };
  }

  async inTime(): Promise<void> {
    if (!this.#isInTime) await this.#givenUp;
  }

  async reach(point: StorePoint): Promise<void> {
    if (this.#stage.fault.crash !== point) return;
    this.#lose('lost');
    // A lost process does nothing more; only what holds timers must end, so that the test can.
    await (point === 'beforeReceipt' ? new Promise(() => undefined) : this.#givenUp);
  }
}
