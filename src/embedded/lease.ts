import { setTimeout as delay } from 'node:timers/promises';
import { attach } from './attach.ts';
import type { Layout } from './layout.ts';
import { tellMove, type Connection } from './lease-connection.ts';
import { PostgresClaim } from './postgres-claim.ts';
import { encode, type Endpoints } from './protocol.ts';

type OnProgress = (message: string) => void;

/** Holds the embedded servers for this process until `release`, over the death of the supervisor too. */
export class Lease {
  #connection: Connection;
  #recovery: Promise<void> | undefined;
  readonly #released = new AbortController();
  readonly #layout: Layout;
  readonly #onProgress: OnProgress;
  readonly #claim: PostgresClaim;

  static async open(layout: Layout, onProgress: OnProgress, signal: AbortSignal): Promise<Lease> {
    const claim = new PostgresClaim(onProgress, layout);
    const waiting = { onProgress, onPostgres: claim.hear, signal, hold: true };
    return new Lease(layout, onProgress, claim, await attach(layout, waiting));
  }

  private constructor(layout: Layout, onProgress: OnProgress, claim: PostgresClaim, connection: Connection) {
    this.#layout = layout;
    this.#onProgress = onProgress;
    this.#claim = claim;
    this.#connection = connection;
    this.#hold(connection);
  }

  get temporal(): Endpoints['temporal'] {
    return this.#connection.endpoints.temporal;
  }

  get mail(): Endpoints['mail'] {
    return this.#connection.endpoints.mail;
  }

  postgres(): Promise<{ url: string }> {
    return this.#claim.ask();
  }

  async release(): Promise<void> {
    this.#released.abort();
    this.#claim.drop();
    await this.#recovery;
    const { socket } = this.#connection;
    if (socket.destroyed) return;
    // Whoever waits for the release must not find the process ended meanwhile.
    socket.ref();
    await new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy());
  }

  #hold(connection: Connection): void {
    this.#connection = connection;
    // A lease alone is no work: a script ends when its own work has ended.
    connection.socket.unref();
    this.#claim.connected(() => connection.socket.write(encode({ type: 'need', server: 'postgres' })));
    const lost = () => {
      if (!this.#released.signal.aborted) this.#recovery = this.#recover();
    };
    if (connection.socket.destroyed) lost();
    else connection.socket.once('close', lost);
  }

  async #recover(): Promise<void> {
    const { signal } = this.#released;
    const { hear: onPostgres } = this.#claim;
    const waiting = { onProgress: this.#onProgress, onPostgres, signal, hold: false };
    for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 10_000)) {
      try {
        const connection = await attach(this.#layout, waiting);
        tellMove(this.#connection.endpoints, connection.endpoints, this.#onProgress);
        return this.#hold(connection);
      } catch (error) {
        if (signal.aborted) return;
        this.#onProgress(`The embedded servers are gone; trying again. ${(error as Error).message}`);
        await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
