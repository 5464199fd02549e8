import type { PoolClient } from 'pg';
import { Pool } from 'pg';
import { StoreError, unavailable } from './errors.ts';
import type { Patience } from './gate.ts';
import { Gate } from './gate.ts';
import { untilAborted, within } from './until-aborted.ts';

/** One statement, answered by its rows. */
export type Run = <Row>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** A client on loan. Exactly one of `release` and `discard` has an effect, the first that is called. */
export interface Connection {
  readonly client: PoolClient;
  /** True when it may have broken since it was last used; a new one has just worked. */
  readonly isUsed: boolean;
  /** What it was lost by, once it is known to be lost. */
  readonly lostBy: Error | undefined;
  /** Back into the pool; only for a client whose last statement has been answered and that is in no transaction. */
  release(): void;
  /** Closes it at once. Postgres rolls back what was open in it. */
  discard(): void;
}

export interface PoolSettings {
  url: string;
  /** Most connections at a time. */
  size: number;
  /** Host and port, for messages. */
  server: string;
  /** What a caller can do when no connection becomes free. */
  cure: string;
}

const CONNECT_MS = 5_000;

/** Connections to one database, with a bounded wait for each. */
export class ConnectionPool {
  readonly #pool: Pool;
  readonly #gate: Gate;
  readonly #settings: PoolSettings;
  #ended: Promise<void> | undefined;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#gate = new Gate(settings.size);
    this.#pool = new Pool({
      connectionString: settings.url,
      max: settings.size,
      application_name: 'do-sdk',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // An idle connection is no work: a script ends when its own work has ended.
      allowExitOnIdle: true,
    });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on('error', () => undefined);
  }

  async acquire({ ms, signal }: Patience): Promise<Connection> {
    const since = performance.now();
    if (!(await this.#gate.enter({ ms, signal }))) throw this.#busy(ms);
    const connecting = this.#connect();
    try {
      const late = () =>
        unavailable(new Error(`no connection within ${Math.round(ms)} ms`), this.#settings.server) as Error;
      return await untilAborted(signal, within(ms - (performance.now() - since), connecting, late));
    } catch (error) {
      // An abort leaves the connecting behind; what it yields then has no user.
      connecting.then(
        (connection) => connection.release(),
        () => undefined,
      );
      throw error;
    }
  }

  async end(): Promise<void> {
    await (this.#ended ??= this.#pool.end());
  }

  async #connect(): Promise<Connection> {
    try {
      return onLoan(await this.#pool.connect(), () => this.#gate.leave());
    } catch (error) {
      this.#gate.leave();
      throw unavailable(error, this.#settings.server);
    }
  }

  #busy(waitedMs: number): StoreError {
    const { size, cure } = this.#settings;
    return new StoreError(
      'StoreBusy',
      `All ${size} database connections of this process stayed in use for ${Math.round(waitedMs)} ms. ${cure}`,
    );
  }
}

const used = new WeakSet<PoolClient>();

function onLoan(client: PoolClient, leave: () => void): Connection {
  // While a client is out, the pool does not listen to it, and an error nobody listens to ends the process.
  let lostBy: Error | undefined;
  const lose = (error: Error) => {
    lostBy ??= error;
  };
  client.on('error', lose);
  let isOut = true;
  const giveBack = (act: () => void) => () => {
    if (!isOut) return;
    isOut = false;
    client.removeListener('error', lose);
    act();
    leave();
  };
  const isUsed = used.has(client);
  used.add(client);
  return {
    client,
    isUsed,
    get lostBy() {
      return lostBy;
    },
    release: giveBack(() => client.release()),
    discard: giveBack(() => {
      client.release(true);
      destroySocket(client);
    }),
  };
}

/** pg says goodbye to the server and waits for the end; a server behind a dead network never answers that. */
function destroySocket(client: PoolClient): void {
  client.on('error', () => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
