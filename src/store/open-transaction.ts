import type { QueryConfig, QueryResult } from 'pg';
import type { Transaction, TransactionQuery } from '../core/context.ts';
import { DoError } from '../core/errors.ts';
import { endedByOther, isAnswer, isEndedByOther, sqlState, unavailable } from './errors.ts';
import type { Connection } from './pool.ts';
import { statementOf } from './statement.ts';
import type { Store } from './store.ts';
import { endHolders } from './token-lock.ts';
import { within } from './until-aborted.ts';

const ROLLBACK_MS = 1_000;

/** pg's result with the rows of what was asked. */
export type Rows<Row> = Omit<QueryResult, 'rows'> & { rows: Row[] };

/** One transaction on one connection: what the handler may do with it, and what only the platform may. */
export class OpenTransaction {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #token: string;
  /** The statement sent last; the next waits for it, since a connection takes one at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;
  #holdsToken = false;
  #isHandlersTurn = false;
  #isOver = false;
  /** What made the transaction useless to the handler; a success after it (ROLLBACK TO) means it was dealt with. */
  #failure: unknown;

  constructor(store: Store, connection: Connection, token: string) {
    this.#store = store;
    this.#connection = connection;
    this.#token = token;
  }

  /** The first SQL error that no ROLLBACK TO has taken back. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Runs the handler with its side of the transaction, which is closed to it when it has settled. */
  async lend<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#holdsToken = true;
    this.#isHandlersTurn = true;
    try {
      return await work({
        query: async <Row>(sql: string | TransactionQuery, params?: readonly unknown[]) => {
          const statement = statementOf(sql, params);
          if (!this.#isHandlersTurn) throw closed();
          return this.#send(statement) as Promise<Rows<Row>>;
        },
      });
    } finally {
      this.#isHandlersTurn = false;
    }
  }

  /** A statement of the platform. */
  async run<Row>(sql: string, values: readonly unknown[] = []): Promise<Rows<Row>> {
    try {
      return await this.#send({ text: sql, values: [...values] });
    } catch (error) {
      // Read-only or out of space is for the handler to read as Postgres says it, and an outage for the platform.
      throw unavailable(error, this.#store.server);
    }
  }

  /** Hands the connection back after an end that Postgres has confirmed, as good as new: a handler may SET, LISTEN … */
  release(): void {
    this.#isOver = true;
    const cleaned = this.#connection.client.query('discard all');
    within(ROLLBACK_MS, cleaned, () => new Error('no answer to DISCARD ALL')).then(
      () => this.#connection.release(),
      () => this.#connection.discard(),
    );
  }

  /** For a connection of which nothing is known any more. */
  discard(): void {
    this.#isOver = true;
    this.#connection.discard();
  }

  /** Rolls back, whatever the handler still does; never throws, so that it cannot hide what led here. */
  async abandon(): Promise<void> {
    this.#isHandlersTurn = false;
    this.#isOver = true;
    try {
      if (this.#running > 0) throw new Error('a statement is running');
      const late = () => new Error('no answer to ROLLBACK');
      await within(ROLLBACK_MS, this.#connection.client.query('rollback'), late);
      this.release();
    } catch {
      await this.#cutOff();
    }
  }

  /** Closing the connection alone does not end a statement: Postgres looks at the connection only after it. */
  async #cutOff(): Promise<void> {
    this.#connection.discard();
    // Before the claim the only holder is another attempt, and what runs here is short.
    if (!this.#holdsToken) return;
    await endHolders(this.#store, this.#token, ROLLBACK_MS).catch(() => undefined);
  }

  /** What is wrong with a statement or a parameter stays as it is; a lost connection is told as what it means. */
  #told(error: unknown): unknown {
    const isFatal = sqlState(error) !== undefined && !isAnswer(error);
    const lostBy = this.#connection.lostBy ?? (isFatal ? error : undefined);
    if (lostBy === undefined) return error;
    return isEndedByOther(lostBy) ? endedByOther(lostBy) : unavailable(lostBy, this.#store.server);
  }

  async #send(statement: QueryConfig): Promise<QueryResult> {
    const turn = this.#last;
    const result = turn.then(() => this.#execute(statement));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #execute(statement: QueryConfig): Promise<QueryResult> {
    if (this.#isOver) throw closed();
    this.#running += 1;
    try {
      const result = await this.#connection.client.query(statement);
      this.#failure = undefined;
      return result;
    } catch (error) {
      this.#failure ??= error;
      throw this.#told(error);
    } finally {
      this.#running -= 1;
    }
  }
}

const closed = () =>
  new DoError(
    'TRANSACTION_CLOSED',
    'The transaction of this attempt is over (the handler has returned, or the attempt was ended), so the statement was not run. Await every query before the handler returns, and stop when `ctx.signal` is aborted.',
  );
