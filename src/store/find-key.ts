import { timingSafeEqual } from 'node:crypto';
import type { Caller } from '../core/caller.ts';
import { callerIn } from '../core/caller.ts';
import type { Scope } from '../core/scope.ts';
import { isScope } from '../core/scope.ts';
import type { ApiKeyRecord } from './key-record.ts';
import { STATE } from './key-record.ts';
import { digestOf, idOfKey } from './key-text.ts';
import type { Store } from './store.ts';

/** Compared with where the id is unknown, so that this takes the same work as a known id with a wrong secret. */
const NOBODYS = Buffer.alloc(32);

/** A request waits for it. */
const FIND_MS = 5_000;

/**
 * The caller that `bearer` is the key of; undefined when it is nobody's, revoked or expired. Asks the database every
 * time: a key that is revoked is refused at once, by every process.
 */
export async function findKey(store: Store, bearer: string): Promise<Caller | undefined> {
  const id = idOfKey(bearer);
  if (id === undefined) return undefined;
  const [row] = await store.control((run) => run<Found>(FIND, [id]), FIND_MS);
  const isTheirs = timingSafeEqual(row?.digest ?? NOBODYS, digestOf(bearer));
  if (!row || !isTheirs || row.state !== 'valid') return undefined;
  // Not awaited: a request must not wait for a note, nor fail because it could not be made.
  if (row.is_note_due) void store.query(NOTE_USE, [id]).catch(() => undefined);
  // A scope of a newer build allows nothing here.
  return { id: callerIn(row.tenant, row.name), scopes: row.scopes.filter(isScope) };
}

interface Found {
  name: string;
  tenant: string;
  scopes: Scope[];
  digest: Buffer;
  state: ApiKeyRecord['state'];
  is_note_due: boolean;
}

const NOTE_DUE = `(last_used_at is null or last_used_at < now() - interval '1 minute')`;
const FIND = `select name, tenant, scopes, digest, ${STATE} as state, ${NOTE_DUE} as is_note_due from do_sdk.api_keys where id = $1`;
/** Asked again here: of many requests at a time one writes. */
const NOTE_USE = `update do_sdk.api_keys set last_used_at = now() where id = $1 and ${NOTE_DUE}`;
