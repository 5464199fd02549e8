interface Condition {
  isTrue: () => boolean;
  what: string;
  end: (isTrue: boolean) => void;
  reject: (error: unknown) => void;
}

/** What a handler waits for that no clock ends. */
export class Conditions {
  readonly #waiting = new Set<Condition>();

  /** `met` resolves to true. */
  wait(isTrue: () => boolean, what: string): { met: Promise<boolean>; forget: () => void } {
    let condition!: Condition;
    const met = new Promise<boolean>((end, reject) => {
      this.#waiting.add((condition = { isTrue, what, end, reject }));
    });
    return { met, forget: () => void this.#waiting.delete(condition) };
  }

  /** For messages. */
  get waitsFor(): string[] {
    return [...this.#waiting].map(({ what }) => what);
  }

  /** Lets those go on whose condition has become true; false when there were none. */
  unblock(): boolean {
    const met = [...this.#waiting].filter(({ isTrue }) => isTrue());
    met.forEach((condition) => {
      this.#waiting.delete(condition);
      condition.end(true);
    });
    return met.length > 0;
  }

  reject(error: unknown): void {
    this.#waiting.forEach(({ reject }) => reject(error));
    this.#waiting.clear();
  }
}
