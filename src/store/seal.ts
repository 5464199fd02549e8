import { failpoint } from '../core/failpoint.ts';
import type { Claimant } from './claim.ts';
import { heldElsewhere, isConflict, isLockTimeout } from './errors.ts';
import type { Committed, OutcomeRow } from './outcome.ts';
import { committedOf, isWhole, READ_OUTCOME } from './outcome.ts';
import type { Store } from './store.ts';
import { endHolders, HOLDER_GRACE_MS } from './token-lock.ts';

export type Sealed = { state: 'sealed' } | ({ state: 'committed' } & Committed);

/**
 * One statement and so no transaction that could be left open. A row without output is of a transaction that was ended
 * from under the platform: its effect cannot be reported as completed, so it is sealed like one that is not there.
 */
const SEAL = `
  with held as materialized (
    select set_config('lock_timeout', '${HOLDER_GRACE_MS}', true) as wait,
           set_config('synchronous_commit', case current_setting('synchronous_commit')
             when 'off' then 'on' else current_setting('synchronous_commit') end, true) as durable
  )
  insert into do_sdk.outcomes (token, state, action, invocation_id, attempt)
  select $1, 'sealed', $2, $3, $4::int from held
  on conflict (token) do update set state = 'sealed'
    where outcomes.state = 'committed' and outcomes.output is null
  returning token`;

/**
 * Decides the token before a failure is told. After 'sealed' no transaction of it can commit any more: each inserts
 * the token first, and two rows of one token cannot be. A transaction that holds the token is given a moment, then its
 * backend is ended.
 */
export async function seal(store: Store, who: Claimant): Promise<Sealed> {
  await failpoint('seal.before');
  for (let tries = 0; ; tries += 1) {
    try {
      const sealed = await decide(store, who);
      await failpoint('seal.done');
      return sealed;
    } catch (error) {
      if (!isLockTimeout(error) && !isConflict(error)) throw error;
      if (tries >= MOST_TRIES) throw heldElsewhere(error);
      if (isLockTimeout(error)) await endHolders(store, who.token);
    }
  }
}

/** Each waits `HOLDER_GRACE_MS` at most; a backend that outlives ten times that is stopped by its host. */
const MOST_TRIES = 10;

async function decide(store: Store, who: Claimant): Promise<Sealed> {
  const inserted = await store.query(SEAL, [who.token, who.action, who.invocationId, who.attempt]);
  if (inserted.length > 0) return { state: 'sealed' };
  const [row] = await store.query<OutcomeRow>(READ_OUTCOME, [who.token]);
  return row && isWhole(row) ? { state: 'committed', ...committedOf(row) } : { state: 'sealed' };
}
