import { Client } from 'pg';
import { DoError } from '../core/errors.ts';
import { unavailable } from './errors.ts';
import type { Patience } from './gate.ts';
import { migrate } from './migrate.ts';
import type { Connection, Run } from './pool.ts';
import { ConnectionPool } from './pool.ts';
import { untilAborted, within } from './until-aborted.ts';

export interface StoreOptions {
  /** Most transactions of handlers at a time in this process. Default: 10. */
  maxConnections?: number;
}

const DEFAULT_CONNECTIONS = 10;
const CONTROL_CONNECTIONS = 4;
const CONTROL_MS = 10_000;
const MIGRATION_MS = 60_000;

/**
 * The Postgres of one process: outcomes, receipts and keys in the schema `do_sdk`, beside the user's own tables.
 * Transactions of handlers and the platform's own short statements use separate pools: handlers that hold every
 * connection must not stop the very statements that would end them.
 */
export class Store {
  /** Host and port, for messages; never the rest of the URL, which holds the password. */
  readonly server: string;
  readonly #work: ConnectionPool;
  readonly #control: ConnectionPool;
  #ready: Promise<void> | undefined;

  /** Connects, and brings the schema up to date, on first use. */
  static open(url: string, { maxConnections = DEFAULT_CONNECTIONS }: StoreOptions = {}): Store {
    if (!Number.isInteger(maxConnections) || maxConnections < 1) {
      throw new DoError(
        'DEFINITION_INVALID',
        `Expected \`maxConnections\` to be a whole number of at least 1, got ${String(maxConnections)}.`,
      );
    }
    return new Store(url, serverOf(url), maxConnections);
  }

  private constructor(url: string, server: string, size: number) {
    this.server = server;
    const cure =
      'Let handlers hold their transaction for a shorter time, run fewer at a time, or raise `maxConnections`.';
    this.#work = new ConnectionPool({ url, server, size, cure });
    this.#control = new ConnectionPool({
      url,
      server,
      size: CONTROL_CONNECTIONS,
      cure: 'Postgres answers slowly; find out what loads it.',
    });
  }

  /** A connection for a handler's transaction. */
  async acquire({ ms, signal }: Patience): Promise<Connection> {
    const since = performance.now();
    const late = () => unavailable(new Error(`no answer within ${ms} ms`), this.server) as Error;
    await untilAborted(signal, within(ms, this.#prepared(), late));
    return this.#work.acquire({ ms: ms - (performance.now() - since), signal });
  }

  /** Rows of one short statement of the platform. */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.control((run) => run<Row>(sql, values));
  }

  /** Short statements of the platform on one connection, together done within `ms`, else `STORE_UNAVAILABLE`. */
  async control<T>(work: (run: Run) => Promise<T>, ms = CONTROL_MS): Promise<T> {
    await this.#prepared();
    return this.#controlled(work, ms);
  }

  /** Waits for the transactions that run. */
  async close(): Promise<void> {
    await Promise.all([this.#work.end(), this.#control.end()]);
  }

  async #prepared(): Promise<void> {
    this.#ready ??= this.#controlled((run) => migrate(run), MIGRATION_MS).catch((error: unknown) => {
      // The next use tries again.
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #controlled<T>(work: (run: Run) => Promise<T>, ms: number): Promise<T> {
    const since = performance.now();
    const connection = await this.#control.acquire({ ms });
    const leftMs = ms - (performance.now() - since);
    const late = () => new Error(`no answer within ${ms} ms`);
    try {
      const run: Run = async <Row>(sql: string, values: readonly unknown[] = []) =>
        (await connection.client.query(sql, [...values])).rows as Row[];
      const result = await within(leftMs, work(run), late);
      connection.release();
      return result;
    } catch (error) {
      // An error may have left a transaction open, or the answer of a late statement under way.
      connection.discard();
      throw unavailable(error, this.server);
    }
  }
}

function serverOf(url: string): string {
  try {
    if (!/^postgres(ql)?:\/\//.test(url)) throw new Error('not a URL of Postgres');
    const { host, port } = new Client({ connectionString: url });
    return host.startsWith('/') ? host : `${host}:${port}`;
  } catch {
    // No cause: the error of a URL parser quotes the URL, and with it the password.
    throw new DoError(
      'DEFINITION_INVALID',
      'DATABASE_URL is no URL of Postgres. Expected `postgres://user:password@host:port/database`; characters such as # / @ in the password are written %23 %2F %40.',
    );
  }
}
