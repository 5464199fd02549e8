import type { AttemptClock } from './attempt.ts';
import type { TestRecord } from './record.ts';
import { TEST_CALLER } from './record.ts';

/** The clock of an invocation, as far as its attempt loop needs it. */
export interface LoopClock extends AttemptClock {
  /** True once the invocation was asked to end. */
  readonly isCancelled: boolean;
  /** Gives true when the wait was cut short by a cancellation. */
  sleep(ms: number): Promise<boolean>;
  /** For what a cancellation does not end: it is asked for meanwhile, and met by whatever comes next. */
  readonly nonCancellable: AttemptClock;
}

/** The clock of one invocation, which is that of its record, with the cancellation that is due on it. */
export class TestClock implements LoopClock {
  readonly #record: TestRecord;
  #cancelAt: number | undefined;
  #isCancelled = false;

  constructor(record: TestRecord, cancelAfterMs: number | undefined) {
    this.#record = record;
    this.#cancelAt = cancelAfterMs === undefined ? undefined : record.now() + cancelAfterMs;
  }

  now = (): number => this.#record.now();

  get cancelAt(): number | undefined {
    return this.#cancelAt;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  async until(time: number): Promise<boolean> {
    const isCut = this.#cancelAt !== undefined && this.#cancelAt < time;
    if (isCut) this.#requestCancel();
    else this.#record.moveTo(time);
    return isCut;
  }

  async sleep(ms: number): Promise<boolean> {
    const end = this.now() + ms;
    // At the same moment the cancellation is met first: after the wait there is something left to cancel.
    if (this.#cancelAt !== end) return await this.until(end);
    this.#requestCancel();
    return true;
  }

  #requestCancel(): void {
    this.#record.moveTo(this.#cancelAt!);
    this.#cancelAt = undefined;
    this.#isCancelled = true;
    this.#record.add({ workflowExecutionCancelRequestedEventAttributes: { identity: TEST_CALLER } });
  }

  get nonCancellable(): AttemptClock {
    const until = async (time: number) => {
      if (this.#cancelAt !== undefined && this.#cancelAt <= time) this.#requestCancel();
      this.#record.moveTo(time);
      return false;
    };
    return { now: this.now, until, cancelAt: undefined };
  }
}
