import type { Transaction } from '../core/context.ts';
import { failpoint } from '../core/failpoint.ts';
import type { Claimant } from './claim.ts';
import { begin, claim } from './claim.ts';
import { Clock } from './clock.ts';
import { commit } from './commit.ts';
import { heldElsewhere, isConflict, isLockTimeout, sqlState, StoreError } from './errors.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { Committed } from './outcome.ts';
import { escaped, settle } from './outcome.ts';
import { pause } from './pause.ts';
import type { Store } from './store.ts';
import { endHolders } from './token-lock.ts';
import { untilAborted } from './until-aborted.ts';

/** One attempt of a transactional action. */
export interface TransactionPlan extends Claimant {
  /** Of the attempt; no statement and no wait is allowed longer. */
  timeoutMs: number;
  /** Aborted at the attempt's timeout, on cancel and on shutdown. */
  signal: AbortSignal;
}

/** What the handler wants to be committed beside its effect; both JSON. */
export interface Work {
  output: unknown;
  enqueued: unknown[];
}

/** Repeats of conflicts beyond this are an attempt's failure: then its retry policy gives the others room. */
const MOST_REPEATS = 10;

/**
 * Runs `work` in a transaction that commits its effect, output and enqueued actions together with the claim of the
 * token, or not at all. A token that is committed already gets the stored outcome, and `work` is not run.
 */
export async function commitOnce(
  store: Store,
  plan: TransactionPlan,
  work: (tx: Transaction) => Promise<Work>,
): Promise<Committed> {
  const clock = new Clock(plan.timeoutMs, plan.signal);
  try {
    for (let repeats = 0; ; repeats += 1) {
      const tried = await tryOnce(store, plan, clock, work);
      if ('committed' in tried) return tried.committed;
      if (repeats >= MOST_REPEATS) throw tried.conflict;
      if (tried.conflict instanceof StoreError)
        await untilAborted(clock.signal, endHolders(store, plan.token));
      // Jitter parts those that have met; the pause ends with the attempt.
      await pause(Math.random() * Math.min(10 * 2 ** repeats, 500), clock.signal);
    }
  } finally {
    clock.stop();
  }
}

type Tried = { committed: Committed } | { conflict: unknown };

async function tryOnce(
  store: Store,
  plan: TransactionPlan,
  clock: Clock,
  work: (tx: Transaction) => Promise<Work>,
): Promise<Tried> {
  clock.signal.throwIfAborted();
  const tx = await begin(store, plan.token, clock);
  let prepared: Prepared | Committed;
  try {
    prepared = await untilAborted(clock.signal, prepare(tx, plan, clock, work));
    if ('xid' in prepared) await failpoint('tx.beforeCommit');
    clock.signal.throwIfAborted();
  } catch (error) {
    await tx.abandon();
    if (clock.signal.aborted) throw clock.signal.reason;
    if (isConflict(tx.failure)) return { conflict: tx.failure };
    if (error instanceof StoreError && error.type === 'TokenHeld') return { conflict: error };
    throw error;
  }
  if ('xid' in prepared) return commitPrepared(store, tx, plan, prepared, clock);
  await tx.abandon();
  return { committed: prepared };
}

async function commitPrepared(
  store: Store,
  tx: OpenTransaction,
  { token, attempt }: TransactionPlan,
  { xid, result }: Prepared,
  clock: Clock,
): Promise<Tried> {
  try {
    const found = await commit(store, tx, { token, xid }, clock);
    await failpoint('tx.afterCommit');
    return { committed: found ?? { ...result, attempt } };
  } catch (error) {
    if (isConflict(error)) return { conflict: error };
    throw error;
  }
}

interface Prepared {
  xid: string;
  result: Work;
}

/** Everything up to COMMIT; or what the token came to before. */
async function prepare(
  tx: OpenTransaction,
  plan: TransactionPlan,
  clock: Clock,
  work: (tx: Transaction) => Promise<Work>,
): Promise<Prepared | Committed> {
  await failpoint('tx.begun');
  const claimed = await claim(tx, plan, clock).catch((error: unknown) => {
    throw isLockTimeout(error) ? heldElsewhere(error) : error;
  });
  if ('row' in claimed) return settle(claimed.row);
  await failpoint('tx.claimed');
  const { output, enqueued } = await tx.lend(work);
  const stored = { output: JSON.stringify(output ?? null), enqueued: JSON.stringify(enqueued) };
  await record(tx, plan.token, claimed.xid, stored);
  const result = {
    output: JSON.parse(stored.output) as unknown,
    enqueued: JSON.parse(stored.enqueued) as unknown[],
  };
  return { xid: claimed.xid, result };
}

/** Finds the row only in the transaction that claimed it: one that was ended and begun anew has another id. */
const RECORD = `
  update do_sdk.outcomes set output = $2, enqueued = $3, at = clock_timestamp()
   where token = $1 and pg_current_xact_id_if_assigned()::text = $4`;

async function record(
  tx: OpenTransaction,
  token: string,
  xid: string,
  { output, enqueued }: { output: string; enqueued: string },
): Promise<void> {
  const { rowCount } = await tx.run(RECORD, [token, output, enqueued, xid]).catch((error: unknown) => {
    throw sqlState(error) === '25P02' ? aborted(tx.failure) : error;
  });
  if (rowCount !== 1) throw escaped();
}

const aborted = (cause: unknown) =>
  new StoreError(
    'TransactionAborted',
    'The handler went on after a statement had failed, and Postgres commits nothing after that. Let the error pass, or put the statement between SAVEPOINT and ROLLBACK TO.',
    { cause },
  );
