import type { AttemptClock } from '../attempt.ts';
import type { LoopClock } from '../clock.ts';
import type { VirtualTime } from './time.ts';

/** The clock of one run of a workflow, on which all that it does waits, with the cancellation of that run. */
export class RunClock implements LoopClock {
  readonly #time: VirtualTime;
  readonly #cuts = new Set<() => void>();
  #knownCancelAt: number | undefined;
  #isCancelled = false;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now = (): number => this.#time.now;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  get cancelAt(): number | undefined {
    return this.#isCancelled ? undefined : this.#knownCancelAt;
  }

  /** It will be cancelled then, if not before. */
  willCancel(time: number): void {
    this.#knownCancelAt = Math.min(time, this.#knownCancelAt ?? Infinity);
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#cuts.forEach((cut) => cut());
  }

  until = (time: number): Promise<boolean> => this.#wait(time, !this.#isCancelled);

  sleep = (ms: number): Promise<boolean> => this.until(this.now() + ms);

  readonly nonCancellable: AttemptClock = {
    now: this.now,
    until: (time) => this.#wait(time, false),
    cancelAt: undefined,
  };

  async #wait(time: number, isCancellable: boolean): Promise<boolean> {
    if (time <= this.now()) return false;
    const resume = this.#time.pause();
    return await new Promise<boolean>((resolve) => {
      const end = (isCut: boolean) => {
        forget();
        this.#cuts.delete(cut);
        resume();
        resolve(isCut);
      };
      const cut = () => end(true);
      const forget = this.#time.at(time, () => end(false));
      if (isCancellable) this.#cuts.add(cut);
    });
  }
}
