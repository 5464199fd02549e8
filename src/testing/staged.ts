import type { ActionLog } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import { AttemptFailed, runAttempt } from '../attempt/run.ts';

/** The clock decides on timeouts, so the attempt's own timer is set to the longest that Node knows. */
const NEVER_MS = 2 ** 31 - 1 - 1_000;

/** What the attempt reports to the platform at its end. */
export type Report = { status: 'completed'; output: unknown } | { status: 'failed'; failure: Failure };

export interface Stage {
  action: AnyAction;
  input: unknown;
  meta: AttemptEnvelope;
  invocationId: string;
  log: ActionLog;
  /** Thrown in place of the handler. */
  error?: { thrown: unknown } | undefined;
}

/** One attempt as a worker runs it, with a handler that can be replaced, told to stop, and given up. */
export class StagedAttempt {
  readonly report: Promise<Report>;
  /** Resolves when the handler waits for the first time, or will not run at all. */
  readonly begun: Promise<void>;
  /** What the handler was called with; the input as sent while it was not. */
  handlerInput: unknown;
  lastHeartbeat: unknown;
  readonly #stop = new AbortController();
  readonly #givenUp: Promise<never>;
  #giveUp!: (reason: Error) => void;
  #begin!: () => void;

  constructor(stage: Stage) {
    this.handlerInput = stage.input;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
    this.#givenUp = new Promise((_, reject) => (this.#giveUp = reject));
    this.#givenUp.catch(() => undefined);
    this.report = this.#run(stage);
  }

  /** Aborts the handler's `ctx.signal`. */
  tell(reason: Error): void {
    this.#stop.abort(reason);
  }

  /** Waits no longer; what the handler still does is its own business, as on a worker that is cut off. */
  abandon(): void {
    this.#giveUp(new Error('The attempt was given up.'));
  }

  async #run(stage: Stage): Promise<Report> {
    const { action, input, meta, invocationId, log } = stage;
    const host = {
      invocationId,
      log,
      timeoutMs: NEVER_MS,
      signal: this.#stop.signal,
      heartbeat: (details: unknown) => void (this.lastHeartbeat = details),
      store: () => Promise.reject(new Error('A test without servers has no database.')),
      stage: () => Promise.reject(new Error('A test without servers starts no further invocation.')),
    };
    try {
      const staged = { ...action, handler: this.#handler(stage) };
      const { output } = await runAttempt({ action: staged, role: 'handler', input, meta }, host);
      return { status: 'completed', output };
    } catch (error) {
      const failure = error instanceof AttemptFailed ? error.failure : toFailure(error);
      return { status: 'failed', failure };
    } finally {
      this.#begin();
    }
  }

  #handler({ action, error }: Stage): AnyAction['handler'] {
    return async (input, ctx) => {
      if (error) throw error.thrown;
      this.handlerInput = input;
      const result = action.handler(input, ctx);
      this.#begin();
      return await Promise.race([result, this.#givenUp]);
    };
  }
}
