import { DEFAULT_TENANT } from '../core/caller.ts';
import type { Scope } from '../core/scope.ts';
import { DEFAULT_SCOPES } from '../core/scope.ts';
import type { ApiKeyRecord, KeyRow } from './key-record.ts';
import { RECORD, STATE, toRecord } from './key-record.ts';
import { newKey } from './key-text.ts';
import type { Store } from './store.ts';

export type { ApiKeyRecord };

/** With the key itself, which is there this once. */
export type NewApiKey = ApiKeyRecord & { key: string };

export interface KeyPlan {
  name: string;
  tenant?: string;
  scopes?: readonly Scope[];
  expiresInMs?: number | null;
}

export async function createKey(
  store: Store,
  { name, tenant = DEFAULT_TENANT, scopes = DEFAULT_SCOPES, expiresInMs = null }: KeyPlan,
): Promise<NewApiKey> {
  const { id, key, digest } = newKey();
  const [row] = await store.query<KeyRow>(
    `insert into do_sdk.api_keys (id, name, tenant, scopes, digest, expires_at)
     values ($1, $2, $3, $4, $5, now() + $6::float8 * interval '1 millisecond') returning ${RECORD}`,
    [id, name, tenant, scopes, digest, expiresInMs],
  );
  return { ...toRecord(row!), key };
}

/** All that were ever made, newest first. */
export async function listKeys(store: Store): Promise<ApiKeyRecord[]> {
  const rows = await store.query<KeyRow>(
    `select ${RECORD} from do_sdk.api_keys order by created_at desc, id`,
  );
  return rows.map(toRecord);
}

export async function readKey(store: Store, id: string): Promise<ApiKeyRecord | undefined> {
  const [row] = await store.query<KeyRow>(`select ${RECORD} from do_sdk.api_keys where id = $1`, [id]);
  return row && toRecord(row);
}

/** Refused from the next request on. Undefined when there is no such key; a second time changes nothing. */
export async function revokeKey(store: Store, id: string): Promise<ApiKeyRecord | undefined> {
  const [row] = await store.query<KeyRow>(
    `update do_sdk.api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning ${RECORD}`,
    [id],
  );
  return row && toRecord(row);
}

export interface Rotation {
  /** For how long the old key goes on, unless it expires sooner. */
  overlapMs: number;
  /** Default: it lives as long as the old one was made for. */
  expiresInMs?: number | null | undefined;
}

/**
 * Makes a key of the same name, tenant and scopes, and has the old one expire. Undefined unless the old one is valid and
 * was not rotated yet: one statement, so that of two who rotate the same key one does.
 */
export async function rotateKey(
  store: Store,
  oldId: string,
  { overlapMs, expiresInMs }: Rotation,
): Promise<NewApiKey | undefined> {
  const { id, key, digest } = newKey();
  const [row] = await store.query<KeyRow>(ROTATE, [
    oldId,
    id,
    digest,
    overlapMs,
    expiresInMs !== undefined,
    expiresInMs ?? null,
  ]);
  return row && { ...toRecord(row), key };
}

const MS = `::float8 * interval '1 millisecond'`;
/** The old row as it was before: a statement sees none of its own changes. */
const ROTATE = `
  with old as (select * from do_sdk.api_keys where id = $1 for update),
  replaced as (
    update do_sdk.api_keys key set replaced_by = $2, expires_at = least(key.expires_at, now() + $4${MS})
      from old where key.id = old.id and key.replaced_by is null and (${STATE.replaceAll(/\b(revoked_at|expires_at)\b/g, 'key.$1')}) = 'valid'
    returning key.id
  )
  insert into do_sdk.api_keys (id, name, tenant, scopes, digest, expires_at)
  select $2, old.name, old.tenant, old.scopes, $3,
         case when $5 then now() + $6${MS} else now() + (old.expires_at - old.created_at) end
    from old join replaced using (id)
  returning ${RECORD}`;
