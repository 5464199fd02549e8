import type { AttemptClock } from './attempt.ts';
import type { TestRecord } from './record.ts';

/** The clock of one invocation, which is that of its record, with the cancellation that is due on it. */
export class TestClock implements AttemptClock {
  readonly #record: TestRecord;
  #cancelAt: number | undefined;
  #isCancelled = false;

  constructor(record: TestRecord, cancelAfterMs: number | undefined) {
    this.#record = record;
    this.#cancelAt = cancelAfterMs === undefined ? undefined : record.now() + cancelAfterMs;
  }

  now = (): number => this.#record.now();
  moveTo = (time: number): void => this.#record.moveTo(time);

  get cancelAt(): number | undefined {
    return this.#cancelAt;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  requestCancel(): void {
    this.#cancelAt = undefined;
    this.#isCancelled = true;
    this.#record.add({ workflowExecutionCancelRequestedEventAttributes: {} });
  }

  /** For what a cancellation does not end: it is asked for meanwhile, and met by whatever comes next. */
  get nonCancellable(): AttemptClock {
    const moveTo = (time: number) => {
      if (this.#cancelAt !== undefined && this.#cancelAt <= time) {
        this.moveTo(this.#cancelAt);
        this.requestCancel();
      }
      this.moveTo(time);
    };
    return { now: this.now, moveTo, cancelAt: undefined, requestCancel: () => undefined };
  }
}
