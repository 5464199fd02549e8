import { StoreError } from './errors.ts';
import type { Patience } from './gate.ts';

/** The time of one attempt. Monotonic: a clock that is set must not lengthen or end a transaction. */
export class Clock {
  /** Aborted with the attempt's own signal, and when its time is up. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #attempt: AbortSignal;
  readonly #follow = () => this.#end.abort(this.#attempt.reason);

  constructor(ms: number, attempt: AbortSignal) {
    this.signal = this.#end.signal;
    this.#endsAt = performance.now() + ms;
    this.#attempt = attempt;
    this.#timer = setTimeout(() => this.#end.abort(timedOut(ms)), ms);
    if (attempt.aborted) this.#follow();
    else attempt.addEventListener('abort', this.#follow);
  }

  /** Whole milliseconds that are left, at least 1: Postgres takes a timeout of 0 as none. */
  get leftMs(): number {
    return Math.max(Math.ceil(this.#endsAt - performance.now()), 1);
  }

  get patience(): Patience {
    return { ms: this.leftMs, signal: this.signal };
  }

  /** Lets go of the timer and of the attempt's signal, which may live as long as the process. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#attempt.removeEventListener('abort', this.#follow);
  }
}

const timedOut = (ms: number) =>
  new StoreError(
    'TransactionTimedOut',
    `The transaction was rolled back: it was not done within the ${ms} ms of its attempt. Raise the action's \`timeout\`, or do less in the handler.`,
  );
