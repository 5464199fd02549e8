import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { Client } from './client.ts';
import type { Door } from './door.ts';
import type { Operation, Operations } from './operations.ts';

const PAUSE_MS = { least: 50, most: 400 };

/** Several clients at once, until told to stop. */
export class Crowd {
  readonly #running: Promise<unknown>[];
  readonly #known = new Map<string, Operation>();
  readonly #repeater: Client;
  #isOver = false;

  constructor(
    doors: readonly Door[],
    operations: Operations,
    { size, random }: { size: number; random: Random },
  ) {
    this.#repeater = new Client(doors, random.child('repeater'));
    this.#running = Array.from({ length: size }, (_, index) => {
      const own = random.child(index);
      return this.#work(new Client(doors, own), operations, own);
    });
  }

  async #work(client: Client, operations: Operations, random: Random): Promise<void> {
    while (!this.#isOver) {
      const operation = operations.next();
      if (operation.key !== null) this.#known.set(operation.key, operation);
      await client.perform(operation);
      await delay(random.int(PAUSE_MS.least, PAUSE_MS.most));
    }
  }

  /** Asks once more for what was asked for under this key, as clients do that were told of no outcome. */
  async repeat(key: string, times: number): Promise<void> {
    const operation = this.#known.get(key);
    if (!operation || this.#isOver) return;
    const again = { ...operation, pollsOnly: false };
    await Promise.all(Array.from({ length: times }, () => this.#repeater.invoke(again)));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }
}
