import type { Clock } from './clock.ts';
import { isAnswer } from './errors.ts';
import { OpenTransaction } from './open-transaction.ts';
import type { OutcomeRow } from './outcome.ts';
import { READ_OUTCOME } from './outcome.ts';
import type { Store } from './store.ts';
import { HOLDER_GRACE_MS, lockKeyOf } from './token-lock.ts';
import { untilAborted } from './until-aborted.ts';

/** Which attempt asks for a token. */
export interface Claimant {
  token: string;
  action: string;
  invocationId: string;
  attempt: number;
}

/** Both columns in one statement, evaluated before the row that waits is inserted. */
const CLAIM = `
  with held as materialized (
    select pg_advisory_xact_lock_shared($1::bigint) as lock,
           set_config('synchronous_commit', case current_setting('synchronous_commit')
             when 'off' then 'on' else current_setting('synchronous_commit') end, true) as durable
  )
  insert into do_sdk.outcomes (token, state, action, invocation_id, attempt)
  select $2, 'committed', $3, $4, $5::int from held
  on conflict (token) do nothing
  returning pg_current_xact_id()::text as xid, set_config('lock_timeout', $6, true) as waits_as_long_as_the_attempt`;

/** The transaction's own id, if the token is now this transaction's; else the row that is there. */
export type Claim = { xid: string } | { row: OutcomeRow };

/** BEGIN on a connection that works: one that broke while it was idle says so only now. */
export async function begin(store: Store, token: string, clock: Clock): Promise<OpenTransaction> {
  for (;;) {
    const connection = await store.acquire(clock.patience);
    const tx = new OpenTransaction(store, connection, token);
    const left = clock.leftMs;
    try {
      const settings = [`statement_timeout = ${left}`, `idle_in_transaction_session_timeout = ${left}`];
      settings.push(`lock_timeout = ${Math.min(HOLDER_GRACE_MS, left)}`);
      const text = ['begin', ...settings.map((setting) => `set local ${setting}`)].join('; ');
      await untilAborted(clock.signal, tx.run(text));
      return tx;
    } catch (error) {
      tx.discard();
      if (isAnswer(error) || !connection.isUsed || clock.signal.aborted) throw error;
    }
  }
}

/** Waits for another transaction of the same token, at most `HOLDER_GRACE_MS`: then it fails by `lock_timeout`. */
export async function claim(tx: OpenTransaction, who: Claimant, clock: Clock): Promise<Claim> {
  for (;;) {
    const { rows } = await tx.run<{ xid: string }>(CLAIM, [
      lockKeyOf(who.token),
      who.token,
      who.action,
      who.invocationId,
      who.attempt,
      String(clock.leftMs),
    ]);
    if (rows[0]) return { xid: rows[0].xid };
    const { rows: found } = await tx.run<OutcomeRow>(READ_OUTCOME, [who.token]);
    if (found[0]) return { row: found[0] };
  }
}
