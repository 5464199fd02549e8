/** Enough for every message under way; a sender that gives up leaves its counters behind. */
const CAPACITY = 10_000;

/**
 * Counts the refusals that `fail-N@...` asks for. Per message and address, so that each message fails exactly N times
 * however many are under way, and the next message to the same address starts at none.
 */
export class WantedFailures {
  readonly #refused = new Map<string, number>();

  /** True when this attempt is to be refused; counts it. */
  take(messageId: string | null, recipients: readonly string[]): boolean {
    let isWanted = false;
    for (const address of recipients) {
      const key = keyOf(messageId, address);
      const refused = this.#refused.get(key) ?? 0;
      if (refused >= wantedBy(address)) continue;
      this.#refused.set(key, refused + 1);
      isWanted = true;
    }
    const excess = this.#refused.size - CAPACITY;
    for (const key of [...this.#refused.keys()].slice(0, Math.max(0, excess))) this.#refused.delete(key);
    return isWanted;
  }

  accepted(messageId: string | null, recipients: readonly string[]): void {
    for (const address of recipients) this.#refused.delete(keyOf(messageId, address));
  }
}

const keyOf = (messageId: string | null, address: string): string =>
  `${messageId ?? ''}\n${address.toLowerCase()}`;

const wantedBy = (address: string): number => Number(/^fail-([1-9]\d?)@/i.exec(address)?.[1] ?? 0);
