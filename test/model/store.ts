import type { Mutation } from './mutations.ts';
import type { Scene } from './scenes.ts';

export interface Output {
  /** The attempt that made it. */
  by: string;
}

export type Row = { state: 'sealed' } | { state: 'committed'; output: Output; attempt: number };

/** A step of an activity: between two of them it may be cut, and others may act. */
export type Steps<T> = Generator<void, T>;

class ConnectionEnded extends Error {}

/** Looks at a token that another transaction holds, before that is ended. */
const PATIENCE = 1;

/** The outcome table and one table of effects, by the rules of the real one: a claim is an insert of the token. */
export class Store {
  readonly rows = new Map<string, Row>();
  readonly effects: { token: string; by: string }[] = [];
  readonly #holders = new Map<string, Tx>();
  readonly #without: Mutation | undefined;
  readonly #seen: Set<Scene>;

  constructor(without: Mutation | undefined, seen: Set<Scene>) {
    this.#without = without;
    this.#seen = seen;
  }

  *claim(token: string, by: string): Steps<Tx | Row> {
    for (let looks = 0; ; looks += 1) {
      const row = this.#rowFor(token);
      if (row) return row;
      const holder = this.#holders.get(token);
      if (!holder || this.#without === 'the store has no fence') return this.#begin(token, by);
      if (looks >= PATIENCE) this.#endHolder(holder);
      yield;
    }
  }

  *seal(token: string): Steps<Row> {
    yield;
    for (let looks = 0; ; looks += 1) {
      const row = this.rows.get(token);
      if (row) return row;
      const holder = this.#holders.get(token);
      if (!holder) break;
      if (this.#without === 'a seal ends no holder') return { state: 'sealed' };
      if (looks >= PATIENCE) this.#endHolder(holder);
      yield;
    }
    this.rows.set(token, { state: 'sealed' });
    // Here it is written, and its answer may be lost.
    yield;
    return { state: 'sealed' };
  }

  /** The connections of a process that is gone. */
  disconnect(by: string): void {
    for (const holder of this.#holders.values()) if (holder.by === by) this.#end(holder);
  }

  write(tx: Tx, effect: { token: string; by: string }): void {
    tx.check();
    if (this.#without === 'the effect is committed outside the transaction') this.effects.push(effect);
    else tx.effects.push(effect);
  }

  commit(tx: Tx, row: Row): void {
    tx.check();
    this.rows.set(tx.token, row);
    this.effects.push(...tx.effects);
    this.#end(tx);
  }

  rollBack(tx: Tx): void {
    if (!tx.isEnded) this.#end(tx);
  }

  #rowFor(token: string): Row | undefined {
    const row = this.rows.get(token);
    if (this.#without === 'the store has no fence') return undefined;
    return row?.state === 'sealed' && this.#without === 'a sealed token may be claimed' ? undefined : row;
  }

  #begin(token: string, by: string): Tx {
    const tx = new Tx(token, by);
    this.#holders.set(token, tx);
    return tx;
  }

  #endHolder(holder: Tx): void {
    this.#seen.add('a transaction is ended by who needs its token');
    this.#end(holder);
  }

  #end(tx: Tx): void {
    tx.isEnded = true;
    if (this.#holders.get(tx.token) === tx) this.#holders.delete(tx.token);
  }
}

export class Tx {
  readonly token: string;
  readonly by: string;
  readonly effects: { token: string; by: string }[] = [];
  isEnded = false;

  constructor(token: string, by: string) {
    this.token = token;
    this.by = by;
  }

  check(): void {
    if (this.isEnded) throw new ConnectionEnded('the backend was ended');
  }
}
