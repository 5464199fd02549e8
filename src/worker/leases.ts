import type { Store } from '../store/index.ts';
import { renewSlots } from '../store/index.ts';

/** The slots that this process holds: it has to say that it goes on, or they are given to others. */
export class Leases {
  readonly #store: () => Promise<Store>;
  readonly #owner: string;
  readonly #leaseMs: number;
  readonly #held = new Map<string, { lost: AbortController; renewedAt: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: () => Promise<Store>, owner: string, leaseMs: number) {
    this.#store = store;
    this.#owner = owner;
    this.#leaseMs = leaseMs;
  }

  /** The signal is aborted before another process can have the slot, as long as this one's clock runs. */
  add(id: string, since: number): AbortSignal {
    const lost = new AbortController();
    this.#held.set(id, { lost, renewedAt: since });
    this.#timer ??= setInterval(() => void this.#renew(), this.#everyMs).unref();
    return lost.signal;
  }

  delete(id: string): void {
    this.#held.delete(id);
    if (this.#held.size === 0) this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get #everyMs(): number {
    return this.#leaseMs / 4;
  }

  async #renew(): Promise<void> {
    const since = performance.now();
    const asked = [...this.#held.keys()];
    const kept = await this.#ask();
    for (const id of asked) {
      const lease = this.#held.get(id);
      if (lease && kept?.has(id)) lease.renewedAt = Math.max(lease.renewedAt, since);
      // Without an answer it is held on to for as long as nobody else can have it.
      else if (lease && (kept || performance.now() - lease.renewedAt > this.#leaseMs - this.#everyMs))
        this.#lose(id);
    }
  }

  async #ask(): Promise<Set<string> | undefined> {
    try {
      return new Set(await renewSlots(await this.#store(), this.#owner, this.#everyMs / 2));
    } catch {
      return undefined;
    }
  }

  #lose(id: string): void {
    const lease = this.#held.get(id);
    this.#held.delete(id);
    lease?.lost.abort(
      Object.assign(
        new Error('The slot of this attempt is lost: the store could not be told that it goes on.'),
        {
          type: 'SlotLost',
        },
      ),
    );
  }
}
