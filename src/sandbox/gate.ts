import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';

/** Temporal refuses the 2,001st open activity, and the task that asks for it, for ever. */
const MOST_OPEN = 500;
/** What one workflow task asks for travels in one message, which may have 4 MiB; one command alone may have 2 MiB. */
const MOST_BYTES = 1_500_000;

/** Undefined and not a promise where nothing has to be waited for: every promise of the sandbox costs a stack trace. */
export type Room = (bytes: number) => Promise<void> | undefined;

/** Lets as much begin as Temporal takes; the rest waits. Without it a wide fan-out would wedge its workflow. */
export class StepGate {
  #open = 0;
  #waiting: (() => void)[] = [];
  #bytes = 0;
  #historyLength = -1;
  #nextTask: Promise<void> | undefined;

  /** Takes a place for one more; undefined where there is one at once. */
  enter(): Promise<void> | undefined {
    if (this.#open >= MOST_OPEN) return this.#enterLater();
    this.#open++;
    return undefined;
  }

  async #enterLater(): Promise<void> {
    while (this.#open >= MOST_OPEN) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#open++;
  }

  leave(): void {
    this.#open--;
    this.#waiting.shift()?.();
  }

  /** Resolves when a command of that size may go with this workflow task; undefined where it may at once. */
  room: Room = (bytes) => {
    if (!this.#fits(bytes)) return this.#roomLater(bytes);
    this.#bytes += bytes;
    return undefined;
  };

  async #roomLater(bytes: number): Promise<void> {
    while (!this.#fits(bytes)) await this.#untilNextTask();
    this.#bytes += bytes;
  }

  #fits(bytes: number): boolean {
    const { historyLength } = workflowInfo();
    // It grows with every workflow task, and the record tells it the same way at every replay.
    if (historyLength !== this.#historyLength) this.#bytes = 0;
    this.#historyLength = historyLength;
    return this.#bytes === 0 || this.#bytes + bytes <= MOST_BYTES;
  }

  #untilNextTask(): Promise<void> {
    this.#nextTask ??= CancellationScope.nonCancellable(() => sleep(1, { summary: 'make room' })).finally(
      () => (this.#nextTask = undefined),
    );
    return this.#nextTask;
  }
}
