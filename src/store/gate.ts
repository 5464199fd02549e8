/** How long and until when somebody waits. */
export interface Patience {
  /** Milliseconds. */
  ms: number;
  /** Ends the wait at once, with its reason. */
  signal?: AbortSignal | undefined;
}

/** Lets at most `size` in at a time, first come first served. */
export class Gate {
  readonly size: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.size = size;
  }

  /** False when nobody has left in time. Whoever was let in calls `leave` once. */
  async enter({ ms, signal }: Patience): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.#inside < this.size) {
      this.#inside += 1;
      return true;
    }
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', give);
        this.#waiting.delete(admit);
        act();
      };
      const admit = settle(() => resolve(true));
      const give = settle(() => reject(signal?.reason as Error));
      const timer = setTimeout(
        settle(() => resolve(false)),
        ms,
      );
      signal?.addEventListener('abort', give);
      this.#waiting.add(admit);
    });
  }

  leave(): void {
    const [next] = this.#waiting;
    // The place goes straight to the next, or a newcomer could overtake those who wait.
    if (next) next();
    else this.#inside -= 1;
  }
}
