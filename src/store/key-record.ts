import type { Scope } from '../core/scope.ts';

/** An API key as it may be shown: without its secret, which nobody has but its holder. */
export interface ApiKeyRecord {
  /** Public; the key itself is `do_<id>_<secret>`. */
  id: string;
  /** The caller it stands for. Two keys of one name and tenant are the same caller, so that one can take over from the other. */
  name: string;
  /** Whose invocations it sees. */
  tenant: string;
  scopes: readonly Scope[];
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  /** To the minute. */
  lastUsedAt: string | null;
  /** The key it was rotated to. */
  replacedBy: string | null;
  state: 'valid' | 'expired' | 'revoked';
}

/** Time is the database's: processes whose clocks differ must agree on what has expired. */
export const STATE = `case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'valid' end`;
export const RECORD = `id, name, tenant, scopes, created_at, expires_at, revoked_at, last_used_at, replaced_by, ${STATE} as state`;

export interface KeyRow {
  id: string;
  name: string;
  tenant: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  replaced_by: string | null;
  state: ApiKeyRecord['state'];
}

export const toRecord = (row: KeyRow): ApiKeyRecord => ({
  id: row.id,
  name: row.name,
  tenant: row.tenant,
  scopes: row.scopes,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  replacedBy: row.replaced_by,
  state: row.state,
});
