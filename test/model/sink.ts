import type { Mutation } from './mutations.ts';
import type { Scene } from './scenes.ts';

/** The other side of an outside effect: it holds something per token, and bars a token that was released. */
export class Sink {
  readonly #holds = new Map<string, string[]>();
  readonly #released = new Set<string>();
  readonly #without: Mutation | undefined;
  readonly #seen: Set<Scene>;

  constructor(without: Mutation | undefined, seen: Set<Scene>) {
    this.#without = without;
    this.#seen = seen;
  }

  hold(token: string, by: string): void {
    const isBarred = this.#released.has(token) && this.#without !== 'the sink does not bar a released token';
    if (isBarred) {
      this.#seen.add('a late hold is refused by the sink');
      throw new Error(`${token} was released`);
    }
    this.#holds.set(token, [...this.heldBy(token), by]);
  }

  release(token: string): void {
    this.#holds.delete(token);
    this.#released.add(token);
  }

  /** Who made the holds of this token that are alive. */
  heldBy(token: string): string[] {
    return this.#holds.get(token) ?? [];
  }
}
