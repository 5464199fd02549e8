import type { InvocationError } from './invocation.ts';

/** Structured log lines that carry the invocation id and attempt. */
export interface ActionLog {
  /** For following a problem. */
  debug(message: string, fields?: Record<string, unknown>): void;
  /** What happened as planned. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** What was not as planned and did not stop the attempt. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** What stopped the attempt, or will stop others. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** A statement as pg's own `query` takes it, for query builders that bring their own parsers. */
export interface TransactionQuery {
  /** With `$1`, `$2` for the values. */
  text: string;
  /** One per placeholder. */
  values?: readonly unknown[];
  /** `'array'`: rows as arrays instead of objects. */
  rowMode?: 'array';
  /** Parsers of column types, as pg's `types`. */
  types?: unknown;
}

/** The database transaction of one attempt. It commits with the attempt's output, or not at all. */
export interface Transaction {
  /**
   * Runs one statement, as in pg. Throws pg's `DatabaseError`, and `TRANSACTION_CLOSED` once the attempt is over.
   * `begin`, `commit` and `rollback` are the platform's.
   */
  readonly query: <Row = Record<string, unknown>>(
    sql: string | TransactionQuery,
    params?: readonly unknown[],
  ) => Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** What a handler is given beside its input. */
export interface ActionContext {
  /** Opaque; the same on every attempt. */
  readonly invocationId: string;
  /** 1 is the first. */
  readonly attempt: number;
  /**
   * The same on every attempt of this invocation and after every crash, and no other invocation's. Pass it on (as
   * `Idempotency-Key`, a primary key, a `Message-ID`), so that the other side removes duplicates.
   */
  readonly idempotencyKey: string;
  /** Aborted at the attempt's timeout, when the invocation is cancelled, and when the worker shuts down. */
  readonly signal: AbortSignal;
  /** Records progress. Liveness needs no call: the platform sends heartbeats by itself. */
  readonly heartbeat: (details?: unknown) => void;
  /** What the attempt before this one last passed to `heartbeat`. */
  readonly lastHeartbeat: unknown;
  /** Log lines that carry the invocation id and attempt. */
  readonly log: ActionLog;
  /** By the names that the action declares in `secrets`; another name throws `DEFINITION_INVALID`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The transaction of a `transactional` action; its use in another one throws `DEFINITION_INVALID`. */
  readonly tx: Transaction;
  /**
   * Stages a further invocation: it starts once this one's attempt has completed (and committed), exactly once, and not at
   * all when the attempt fails. With `key` it is the invocation of that idempotency key. Throws `ACTION_NOT_FOUND` and
   * `INPUT_INVALID` at once.
   */
  readonly enqueue: (
    action: string | { name: string },
    input: unknown,
    options?: { key?: string },
  ) => Promise<void>;
  /**
   * Makes an outside call and keeps its result in the database: a later attempt gets that result and does not call again.
   * Where an attempt ended between call and receipt, nobody knows whether the call arrived: it is made again, and the audit
   * says `unknown`; pass `idempotencyKey` on, so that the other side can tell. The name is unique in the action.
   */
  readonly once: <Result>(name: string, call: () => Result | Promise<Result>) => Promise<Result>;
}

/** What `compensate` is given beside the input: the context of the attempt to take back. */
export interface CompensationContext<Output = unknown> extends Omit<ActionContext, 'lastHeartbeat'> {
  /** Null where the attempt did not complete. */
  readonly output: Output | null;
  /** Why it has to be taken back. */
  readonly error: InvocationError;
  /** The attempt to take back; 1 is the first. */
  readonly attempt: number;
  /** That of the attempt to take back. */
  readonly idempotencyKey: string;
}
