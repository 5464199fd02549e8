import type { Clock } from './clock.ts';
import { isRefusedCommit, StoreError, unavailable } from './errors.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { Committed, OutcomeRow } from './outcome.ts';
import { READ_OUTCOME, settle } from './outcome.ts';
import type { Store } from './store.ts';
import { endHolders, HOLDER_GRACE_MS } from './token-lock.ts';
import { within } from './until-aborted.ts';
import { pause } from './pause.ts';

/** A COMMIT is not taken back; this long an answer is awaited before the outcome is looked up instead. */
const LONGEST_COMMIT_MS = 5_000;
const LOOK_AGAIN_MS = 50;
/** Even an attempt whose time is up looks once: the COMMIT may have been answered but for the network. */
const ONE_LOOK_MS = 1_000;

/**
 * COMMIT, and what came of it. Undefined: it is done. An outcome: the connection was lost, and the row tells that the
 * token is committed all the same.
 */
export async function commit(
  store: Store,
  tx: OpenTransaction,
  { token, xid }: { token: string; xid: string },
  clock: Clock,
): Promise<Committed | undefined> {
  const patienceMs = Math.min(clock.leftMs / 2, LONGEST_COMMIT_MS);
  const late = () => new Error(`no answer to COMMIT within ${Math.round(patienceMs)} ms`);
  let answer: string;
  try {
    answer = (await within(patienceMs, tx.run('commit'), late)).command;
  } catch (error) {
    tx.discard();
    if (isRefusedCommit(error)) throw error;
    return await resolve(store, { token, xid, error }, clock);
  }
  tx.release();
  if (answer !== 'COMMIT') throw rolledBack(tx.failure);
  return undefined;
}

const rolledBack = (cause: unknown) =>
  new StoreError(
    'TransactionAborted',
    'Postgres answered COMMIT by ROLLBACK: a statement of the transaction had failed. Nothing of the attempt is kept.',
    { cause },
  );

interface Doubt {
  token: string;
  xid: string;
  /** What was seen instead of an answer. */
  error: unknown;
}

/** Asks until Postgres says what became of the transaction, or the attempt's time is up. */
async function resolve(store: Store, doubt: Doubt, clock: Clock): Promise<Committed> {
  const graceEndsAt = performance.now() + HOLDER_GRACE_MS;
  for (;;) {
    const found = await lookUp(store, doubt, Math.max(clock.leftMs, ONE_LOOK_MS));
    if ('row' in found) return decided(found.row, doubt, store);
    if (clock.signal.aborted) throw unknown(found.error ?? doubt.error);
    // An error here is of the same outage, which the next look meets again.
    if (performance.now() > graceEndsAt) await endHolders(store, doubt.token).catch(() => undefined);
    await pause(LOOK_AGAIN_MS, clock.signal).catch(() => undefined);
  }
}

type Found = { row: OutcomeRow | undefined } | { error: unknown };

/** The row is worth reading only when the transaction is over: before, its absence says nothing. */
async function lookUp(store: Store, { token, xid }: Doubt, ms: number): Promise<Found> {
  try {
    return await store.control(async (run) => {
      const [found] = await run<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [
        xid,
      ]);
      if (found?.status === 'in progress')
        return { error: new Error('the transaction is still in progress') };
      const [row] = await run<OutcomeRow>(READ_OUTCOME, [token]);
      return { row };
    }, ms);
  } catch (error) {
    return { error };
  }
}

function decided(row: OutcomeRow | undefined, { error }: Doubt, store: Store): Committed {
  if (row) return settle(row);
  throw unavailable(error, store.server);
}

const unknown = (cause: unknown) =>
  new StoreError(
    'CommitUnknown',
    'The connection to Postgres was lost in COMMIT, and it could not be asked in time whether the transaction is committed. The next attempt finds that out before it does anything.',
    { cause },
  );
