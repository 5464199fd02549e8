/** A bounded number of places, of which nobody holds more than half: the others are for everybody else. */
export class Places {
  readonly #most: number;
  readonly #held = new Map<string, number>();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined where there is none; else what gives it back. */
  take(holder: string): (() => void) | undefined {
    const held = this.#held.get(holder) ?? 0;
    if (this.#taken >= this.#most || held >= Math.ceil(this.#most / 2)) return undefined;
    this.#taken++;
    this.#held.set(holder, held + 1);
    return () => this.#giveBack(holder);
  }

  #giveBack(holder: string): void {
    this.#taken--;
    const left = this.#held.get(holder)! - 1;
    if (left > 0) this.#held.set(holder, left);
    else this.#held.delete(holder);
  }
}
