import { DatabaseError } from 'pg';
import { DoError } from '../core/errors.ts';

/** What the store found out about an attempt: `type` goes on record, and the retry policy goes by it. */
export class StoreError extends Error {
  readonly type: StoreErrorType;
  readonly nonRetryable: boolean;

  constructor(
    type: StoreErrorType,
    message: string,
    options: { nonRetryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.type = type;
    this.nonRetryable = options.nonRetryable ?? false;
  }
}

export type StoreErrorType =
  /** No connection of the pool became free in time. */
  | 'StoreBusy'
  /** Postgres ended the session: for another attempt or a seal, at the idle timeout, or for an administrator. */
  | 'TransactionEnded'
  /** The attempt's time was up before COMMIT. */
  | 'TransactionTimedOut'
  /** Another transaction holds the token, and its backend cannot be ended. */
  | 'TokenHeld'
  /** The token was sealed: the attempt's failure has been told, so it can no longer commit. */
  | 'LateAttempt'
  /** The handler went on after a statement had failed, so that nothing of it can be committed. */
  | 'TransactionAborted'
  /** The transaction was ended by somebody else than the platform. */
  | 'TransactionEscaped'
  /** The connection was lost in COMMIT, and Postgres could not be asked in time what became of it. */
  | 'CommitUnknown';

/** The SQLSTATE of an error of Postgres, and of nothing else: Node's own errors have a `code` too. */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof DatabaseError ? error.code : undefined;

/** Serialization failure and deadlock: the same work may well succeed when it is done again. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error) ?? '');

/** `lock_timeout` passed. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03';

/** After these SQLSTATEs the session is over: connection errors, and Postgres shutting down or ending the backend. */
const ENDS_SESSION = /^(08|57P|25P03)/;

/** True when the server answered with an error and the connection goes on. */
export const isAnswer = (error: unknown): boolean => {
  const state = sqlState(error);
  return state !== undefined && !ENDS_SESSION.test(state);
};

/** pg_terminate_backend, and `idle_in_transaction_session_timeout`. */
export const isEndedByOther = (error: unknown): boolean => ['57P01', '25P03'].includes(sqlState(error) ?? '');

export const endedByOther = (cause: unknown): StoreError =>
  new StoreError(
    'TransactionEnded',
    'Postgres ended the session of this transaction, and so rolled it back: another attempt or the seal of this invocation needed its token, it was idle for longer than its attempt may take, or an administrator ended it.',
    { cause },
  );

/** True when COMMIT was refused: a constraint that was checked only then, or a conflict. Nothing of it can stand. */
export const isRefusedCommit = (error: unknown): boolean => /^(23|40)/.test(sqlState(error) ?? '');

/** Out of resources or read-only: nothing the caller asked is wrong, and another time or server will do it. */
const CANNOT_SERVE = /^(53|25006)/;

/** Errors that say "Postgres is not there" as one code, whichever of Node, pg and Postgres says it. */
export function unavailable(error: unknown, server: string): unknown {
  if (error instanceof DoError || error instanceof StoreError) return error;
  if (isAnswer(error) && !CANNOT_SERVE.test(sqlState(error) ?? '')) return error;
  return new DoError(
    'STORE_UNAVAILABLE',
    `Postgres at ${server} cannot do that now: ${reasonOf(error)}. Check that it runs, that DATABASE_URL names it and that it takes writes; then try again.`,
    { cause: error },
  );
}

/** Node reports a host of several addresses as an AggregateError, which has no message of its own. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

/** For whoever needs a token that another backend holds and keeps. */
export const heldElsewhere = (cause: unknown) =>
  new StoreError(
    'TokenHeld',
    'Another transaction of the same token does not end, though its backend was told to. Look at pg_stat_activity for application_name do-sdk; all workers must use the same role.',
    { cause },
  );
