import { randomUUID } from 'node:crypto';
import type { SlotRequest, Store } from '../store/index.ts';
import { freeSlot, SLOT_LEASE_MS, takeSlot } from '../store/index.ts';
import { Leases } from './leases.ts';

/** How often one that waits asks; also what another process needs to see that a slot is free. */
const ASK_EVERY_MS = 100;
/** So many may wait here: each takes a place of the worker, which attempts of other keys need. */
const MOST_WAITING = 10;
const SHORTEST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;
const UNAVAILABLE_DELAY_MS = 1_000;
/** Of the durations seen so far the last one counts for so much. */
const WEIGHT = 0.3;

export type Wanted = Omit<SlotRequest, 'owner'>;

/** No slot was free in time; nothing has begun. */
export class SlotBusy extends Error {
  /** When it is worth asking again. */
  readonly delayMs: number;

  constructor(message: string, delayMs: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SlotBusy';
    this.delayMs = delayMs;
  }
}

export interface Waiting {
  waitMs: number;
  signal: AbortSignal;
  /** Told what is waited for, as long as that is so. */
  onBusy: (awaited: string) => void;
}

/** What an attempt holds while it runs. */
export interface Slot {
  /** Aborted when another process may have been given the slot. */
  readonly lost: AbortSignal;
  release(): void;
}

/** The slots of the attempts of one process. */
export class Slots {
  readonly #store: () => Promise<Store>;
  readonly #owner = randomUUID();
  readonly #leases: Leases;
  readonly #wake = new Set<() => void>();
  readonly #freeing = new Set<Promise<void>>();
  #holdMs = 1_000;
  #waiting = 0;

  constructor(store: () => Promise<Store>) {
    this.#store = store;
    this.#leases = new Leases(store, this.#owner, SLOT_LEASE_MS);
  }

  /** Waits for `waitMs` at most; rejects with `SlotBusy`, or with the signal's reason. */
  async take(wanted: Wanted, { waitMs, signal, onBusy }: Waiting): Promise<Slot> {
    const until = performance.now() + waitMs;
    let isWaiting = false;
    try {
      for (;;) {
        signal.throwIfAborted();
        const askedAt = performance.now();
        const answer = await this.#ask(wanted, until - askedAt);
        if (answer.state === 'held') return this.#held(wanted.id, askedAt);
        const busy = this.#busy(wanted, answer.ahead);
        const isFull = !isWaiting && this.#waiting >= MOST_WAITING;
        if (isFull || performance.now() + ASK_EVERY_MS >= until) throw busy;
        onBusy(busy.message);
        if (!isWaiting) this.#waiting += 1;
        isWaiting = true;
        await this.#untilNext(signal);
      }
    } catch (error) {
      // Its place must not be kept for what will not come back.
      if (signal.aborted) void this.#free(wanted.id);
      throw error;
    } finally {
      if (isWaiting) this.#waiting -= 1;
    }
  }

  /** Resolves when what has ended is free for others. */
  async close(): Promise<void> {
    this.#leases.close();
    await Promise.all(this.#freeing);
  }

  async #ask(wanted: Wanted, ms: number) {
    try {
      const store = await this.#store();
      return await takeSlot(store, { ...wanted, owner: this.#owner }, Math.max(ms, ASK_EVERY_MS));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SlotBusy(`a slot, which the store cannot give: ${why}`, UNAVAILABLE_DELAY_MS, cause);
    }
  }

  #held(id: string, since: number): Slot {
    const lost = this.#leases.add(id, since);
    return {
      lost,
      release: () => {
        this.#holdMs += WEIGHT * (performance.now() - since - this.#holdMs);
        this.#leases.delete(id);
        void this.#free(id).then(() => this.#wake.forEach((wake) => wake()));
      },
    };
  }

  /** Without an answer the lease runs out by itself. */
  async #free(id: string): Promise<void> {
    const freeing = this.#store()
      .then((store) => freeSlot(store, id))
      .catch(() => undefined);
    this.#freeing.add(freeing);
    await freeing;
    this.#freeing.delete(freeing);
  }

  /** Those at the front soon, so that a free slot finds one; those far behind not before their turn is near. */
  #busy({ limit, key, queue }: Wanted, ahead: number): SlotBusy {
    const name = queue.slice(queue.indexOf('/') + 1);
    const whose = `of "${name}"${key === '' ? '' : ` for the key ${JSON.stringify(key)}`}`;
    const turnMs = ((ahead + 1) / limit) * (this.#holdMs / 2);
    const delayMs = Math.min(Math.max(turnMs, SHORTEST_DELAY_MS), LONGEST_DELAY_MS);
    const taken = limit === 1 ? `the one slot ${whose} is taken` : `all ${limit} slots ${whose} are taken`;
    return new SlotBusy(`a slot: ${taken}, and ${ahead} go before`, Math.round(delayMs));
  }

  /** A slot that becomes free in this process is asked for at once. */
  #untilNext(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ASK_EVERY_MS);
      this.#wake.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
