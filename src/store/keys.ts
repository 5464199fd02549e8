import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Store } from './store.ts';

/** An API key as it may be shown: without its secret, which nobody has but its holder. */
export interface ApiKeyRecord {
  /** Public; the key itself is `do_<id>_<secret>`. */
  id: string;
  /** The caller it stands for. Two keys of one name are the same caller, so that one can take over from the other. */
  name: string;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  /** To the minute. */
  lastUsedAt: string | null;
  state: 'valid' | 'expired' | 'revoked';
}

/** 64 bits of id, since it only has to be found; 256 bits of secret, so that a plain SHA-256 is enough to store. */
const KEY = /^do_([0-9a-f]{16})_[\w-]{43}$/;

/** True for what `createKey` could have made; anything else need not be looked up. */
export const isStoredKey = (bearer: string): boolean => KEY.test(bearer);

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Time is the database's: processes whose clocks differ must agree on what has expired. */
const STATE = `case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'valid' end`;
const RECORD = `id, name, created_at, expires_at, revoked_at, last_used_at, ${STATE} as state`;

interface Row {
  id: string;
  name: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  state: ApiKeyRecord['state'];
}

const toRecord = (row: Row): ApiKeyRecord => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  state: row.state,
});

/** Makes a key. `key` is there this once: only its digest is stored. */
export async function createKey(
  store: Store,
  { name, expiresInMs = null }: { name: string; expiresInMs?: number | null },
): Promise<ApiKeyRecord & { key: string }> {
  const id = randomBytes(8).toString('hex');
  const key = `do_${id}_${randomBytes(32).toString('base64url')}`;
  const [row] = await store.query<Row>(
    `insert into do_sdk.api_keys (id, name, digest, expires_at)
     values ($1, $2, $3, now() + $4::float8 * interval '1 millisecond') returning ${RECORD}`,
    [id, name, digestOf(key), expiresInMs],
  );
  return { ...toRecord(row!), key };
}

/** All that were ever made, newest first. */
export async function listKeys(store: Store): Promise<ApiKeyRecord[]> {
  const rows = await store.query<Row>(`select ${RECORD} from do_sdk.api_keys order by created_at desc, id`);
  return rows.map(toRecord);
}

/** Refused from the next request on. Undefined when there is no such key; a second time changes nothing. */
export async function revokeKey(store: Store, id: string): Promise<ApiKeyRecord | undefined> {
  const [row] = await store.query<Row>(
    `update do_sdk.api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning ${RECORD}`,
    [id],
  );
  return row && toRecord(row);
}

/** Compared with where the id is unknown, so that this takes the same work as a known id with a wrong secret. */
const NOBODYS = Buffer.alloc(32);

/** A request waits for it. */
const FIND_MS = 5_000;

/**
 * The caller that `bearer` is the key of; undefined when it is nobody's, revoked or expired. Asks the database every
 * time: a key that is revoked is refused at once, by every process.
 */
export async function findKey(store: Store, bearer: string): Promise<{ name: string } | undefined> {
  const id = KEY.exec(bearer)?.[1];
  if (id === undefined) return undefined;
  const [row] = await store.control((run) => run<Found>(FIND, [id]), FIND_MS);
  const isTheirs = timingSafeEqual(row?.digest ?? NOBODYS, digestOf(bearer));
  if (!row || !isTheirs || row.state !== 'valid') return undefined;
  // Not awaited: a request must not wait for a note, nor fail because it could not be made.
  if (row.is_note_due) void store.query(NOTE_USE, [id]).catch(() => undefined);
  return { name: row.name };
}

interface Found {
  name: string;
  digest: Buffer;
  state: ApiKeyRecord['state'];
  is_note_due: boolean;
}

const NOTE_DUE = `(last_used_at is null or last_used_at < now() - interval '1 minute')`;
const FIND = `select name, digest, ${STATE} as state, ${NOTE_DUE} as is_note_due from do_sdk.api_keys where id = $1`;
/** Asked again here: of many requests at a time one writes. */
const NOTE_USE = `update do_sdk.api_keys set last_used_at = now() where id = $1 and ${NOTE_DUE}`;
