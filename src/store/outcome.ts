import { StoreError } from './errors.ts';

/** What a token came to, told the same to every attempt that asks. */
export interface Committed {
  output: unknown;
  enqueued: unknown[];
  /** The attempt that committed. */
  attempt: number;
}

export interface OutcomeRow {
  state: 'committed' | 'sealed';
  attempt: number;
  /** JSON; null only in the row of a transaction that was ended from under the platform, see `TransactionEscaped`. */
  output: string | null;
  enqueued: string | null;
}

export const READ_OUTCOME = 'select state, attempt, output, enqueued from do_sdk.outcomes where token = $1';

export const isWhole = (row: OutcomeRow): boolean => row.state === 'committed' && row.output !== null;

export const committedOf = (row: OutcomeRow): Committed => ({
  output: JSON.parse(row.output as string) as unknown,
  enqueued: JSON.parse(row.enqueued ?? '[]') as unknown[],
  attempt: row.attempt,
});

/** What an attempt whose token is already decided gets: the stored outcome, or why it may not go on. */
export function settle(row: OutcomeRow): Committed {
  if (isWhole(row)) return committedOf(row);
  if (row.state === 'sealed') throw lateAttempt();
  throw escaped();
}

export const lateAttempt = () =>
  new StoreError(
    'LateAttempt',
    'The token of this attempt is sealed: the invocation went on without it, so nothing more of it is done or kept. Nothing has to be done.',
    { nonRetryable: true },
  );

export const escaped = () =>
  new StoreError(
    'TransactionEscaped',
    'The transaction of this attempt was ended by the handler, so that its effect may stand without its output. Leave COMMIT and ROLLBACK to the platform (savepoints are fine), and check what the handler has written.',
    { nonRetryable: true },
  );
