import { setTimeout as delay } from 'node:timers/promises';
import { attach } from './attach.ts';
import type { Layout } from './layout.ts';
import { tellMove, type Connection } from './lease-connection.ts';
import type { Endpoints } from './protocol.ts';

type OnProgress = (message: string) => void;

/** Holds the embedded servers for this process until `release`, over the death of the supervisor too. */
export class Lease {
  #connection: Connection;
  #recovery: Promise<void> | undefined;
  readonly #released = new AbortController();
  readonly #layout: Layout;
  readonly #onProgress: OnProgress;

  static async open(layout: Layout, onProgress: OnProgress, signal: AbortSignal): Promise<Lease> {
    return new Lease(layout, onProgress, await attach(layout, { onProgress, signal, hold: true }));
  }

  private constructor(layout: Layout, onProgress: OnProgress, connection: Connection) {
    this.#layout = layout;
    this.#onProgress = onProgress;
    this.#connection = connection;
    this.#hold(connection);
  }

  get temporal(): Endpoints['temporal'] {
    return this.#connection.endpoints.temporal;
  }

  get mail(): Endpoints['mail'] {
    return this.#connection.endpoints.mail;
  }

  async release(): Promise<void> {
    this.#released.abort();
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
    const lost = () => {
      if (!this.#released.signal.aborted) this.#recovery = this.#recover();
    };
    if (connection.socket.destroyed) lost();
    else connection.socket.once('close', lost);
  }

  async #recover(): Promise<void> {
    const { signal } = this.#released;
    const waiting = { onProgress: this.#onProgress, signal, hold: false };
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
