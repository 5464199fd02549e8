import type { RecordTime } from '../record.ts';

interface Due {
  time: number;
  order: number;
  wake: () => void;
}

/** The time of one test: it passes when nothing goes on any more, at once, to the next thing that is due. */
export class VirtualTime implements RecordTime {
  now: number;
  #due: Due[] = [];
  #order = 0;
  #working = 0;
  #resting: (() => void)[] = [];

  constructor(startAt: number) {
    this.now = startAt;
  }

  /** Calls `wake` at that time; what it gives forgets it. */
  at(time: number, wake: () => void): () => void {
    const due = { time, order: this.#order++, wake };
    this.#due.push(due);
    return () => void (this.#due = this.#due.filter((other) => other !== due));
  }

  /** To the next thing that is due; false when there is none. */
  pass(): boolean {
    const [next, ...others] = this.#due.sort((a, b) => a.time - b.time || a.order - b.order);
    if (!next) return false;
    this.#due = others;
    this.now = Math.max(this.now, next.time);
    next.wake();
    return true;
  }

  /** Meanwhile time stands still, but while the work waits for it. */
  async working<T>(work: () => Promise<T>): Promise<T> {
    this.#working++;
    try {
      return await work();
    } finally {
      this.#rest();
    }
  }

  /** Within `working`: until what this gives is called, the work waits. */
  pause(): () => void {
    this.#rest();
    return () => void this.#working++;
  }

  #rest(): void {
    if (--this.#working === 0) this.#resting.splice(0).forEach((rested) => rested());
  }

  get isResting(): boolean {
    return this.#working === 0;
  }

  /** Until nothing works. */
  async rest(): Promise<void> {
    if (this.#working > 0) await new Promise<void>((resolve) => this.#resting.push(resolve));
  }
}
