import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Door, Told } from './door.ts';
import type { Operation } from './operations.ts';

const PATIENCE_MS = 5_000;
const FOLLOW_MS = 12_000;
const MISMATCH = 'mismatch';

/** One user of both APIs, who does one thing after the other. */
export class Client {
  readonly #doors: readonly Door[];
  readonly #random: Random;
  /** Of its requests, how many it gives up at once. */
  readonly #abandons: number;

  constructor(doors: readonly Door[], random: Random, { abandons = 0.1 } = {}) {
    this.#doors = doors;
    this.#random = random;
    this.#abandons = abandons;
  }

  /** Resolves when the outcome is known, or the client has given up on it. */
  async perform(operation: Operation): Promise<void> {
    const told = operation.isHasty ? await this.#allAtOnce(operation) : await this.#oneByOne(operation);
    const known = told.find(({ id }) => id !== undefined);
    if (known?.id !== undefined && operation.cancels) await this.cancel(operation, known.id);
    const last = known && !isOver(known) ? await this.#follow(operation, known.id!) : known;
    if (operation.mismatches && last) await this.mismatch(operation);
  }

  async #allAtOnce(operation: Operation): Promise<Told[]> {
    return await Promise.all(Array.from({ length: operation.repeats }, () => this.invoke(operation)));
  }

  async #oneByOne(operation: Operation): Promise<Told[]> {
    const told: Told[] = [];
    for (let count = 0; count < operation.repeats; count++) {
      const answer = await this.invoke(operation);
      told.push(answer);
      // A failed one may be tried again with its key; that is a new invocation, and not what a repeat is about.
      if (answer.phase === 'fail') break;
      await delay(this.#random.int(0, 150));
    }
    return told;
  }

  async invoke({ ref, action, key, input, pollsOnly, deadline }: Operation): Promise<Told> {
    const isAbandoned = this.#random.chance(this.#abandons);
    return await this.#random.pick(this.#doors).ask({
      about: { op: ref, action, key, act: 'invoke' },
      method: 'POST',
      path: `/v1/actions/${action}/invoke`,
      input,
      headers: {
        ...(key !== null && { 'idempotency-key': key }),
        ...(deadline !== null && { 'invocation-deadline': deadline }),
        prefer: pollsOnly ? 'respond-async' : `wait=${this.#random.int(1, 4)}`,
      },
      giveUpMs: isAbandoned ? this.#random.int(2, 200) : PATIENCE_MS,
    });
  }

  /** The key of an operation with another input. */
  async mismatch({ ref, action, key, input }: Operation): Promise<Told> {
    const other = `${MISMATCH}-${ref}`;
    return await this.#random.pick(this.#doors).ask({
      about: { op: ref, action, key, act: 'mismatch', ref: other },
      method: 'POST',
      path: `/v1/actions/${action}/invoke`,
      input: { ...input, ...(action === 'email.send' ? { subject: other } : { ref: other }) },
      headers: { 'idempotency-key': key!, prefer: 'wait=3' },
      giveUpMs: PATIENCE_MS,
    });
  }

  async cancel({ ref, action, key }: Operation, id: string): Promise<void> {
    await this.#random.pick(this.#doors).ask({
      about: { op: ref, action, key, act: 'cancel' },
      method: 'POST',
      path: `/v1/invocations/${id}/cancel`,
      giveUpMs: PATIENCE_MS,
    });
  }

  async #follow(operation: Operation, id: string): Promise<Told> {
    const until = performance.now() + FOLLOW_MS;
    let told: Told = { phase: 'info' };
    while (performance.now() < until && !this.#doors[0]!.isOver) {
      told = await this.read(operation, id);
      if (isOver(told)) return told;
      await delay(100);
    }
    return told;
  }

  async read({ ref, action, key }: Pick<Operation, 'ref' | 'action' | 'key'>, id: string): Promise<Told> {
    return await this.#random.pick(this.#doors).ask({
      about: { op: ref, action, key, act: 'read' },
      method: 'GET',
      path: `/v1/invocations/${id}`,
      headers: { prefer: `wait=${this.#random.int(0, 4)}` },
      giveUpMs: PATIENCE_MS,
    });
  }
}

const isOver = ({ phase }: Told): boolean => phase === 'ok' || phase === 'fail';
