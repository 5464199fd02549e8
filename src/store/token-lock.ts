import { createHash } from 'node:crypto';
import type { Store } from './store.ts';

/**
 * The advisory lock that every transaction of a token holds, shared, from before its claim until its end. It keeps
 * nobody out: uncommitted rows are invisible, so it is how others find the backend that holds one.
 */
export const lockKeyOf = (token: string): string =>
  createHash('sha256').update(`do_sdk:${token}`).digest().readBigInt64BE(0).toString();

/** How long somebody who needs a token waits for the transaction that holds it, before ending that. */
export const HOLDER_GRACE_MS = 500;

/**
 * Ends the backends whose transactions have written for this token, and with them those transactions; true if there
 * were any. Those that only wait for the token are left alone: they have no transaction id yet.
 */
export async function endHolders(store: Store, token: string, ms?: number): Promise<boolean> {
  const ended = await store.control((run) => run(END_HOLDERS, [lockKeyOf(token)]), ms);
  return ended.length > 0;
}

const END_HOLDERS = `
   with key as (select $1::bigint as key)
     select pg_terminate_backend(held.pid)
       from pg_locks held, key
      where held.locktype = 'advisory' and held.objsubid = 1 and held.granted
        and held.database = (select oid from pg_database where datname = current_database())
        and held.classid::bigint = (key >> 32) & 4294967295 and held.objid::bigint = key & 4294967295
        and held.pid <> pg_backend_pid()
        and exists (select from pg_locks own where own.pid = held.pid and own.locktype = 'transactionid'
                       and own.granted and own.mode = 'ExclusiveLock')`;
