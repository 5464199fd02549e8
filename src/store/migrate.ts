import { MIGRATIONS } from './migrations.ts';
import type { Run } from './pool.ts';

/** Any number no other program is likely to lock; all processes of all builds must use the same. */
const LOCK = '7235618462906128433';

/** A migration waits for those that use its tables, and nobody may wait long for it. */
const LOCK_TIMEOUT_MS = 30_000;

/** Brings the schema to this build's version, or leaves it as it is when it is there or further. */
export async function migrate(run: Run, migrations = MIGRATIONS): Promise<void> {
  // Looked up first and without a lock: a role that may not create anything can work on a migrated database.
  if ((await versionOf(run)) >= migrations.length) return;
  // What another process has migrated while this one waited for the lock must be seen.
  await run('begin isolation level read committed');
  await run(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await run('select pg_advisory_xact_lock($1)', [LOCK]);
  for (let version = await versionOf(run); version < migrations.length; version += 1) {
    if (version === 0) await run(FOUNDATION);
    await run(migrations[version] as string);
    await run('insert into do_sdk.migrations (version) values ($1)', [version + 1]);
  }
  await run('commit');
}

const FOUNDATION = `
  create schema if not exists do_sdk;
  create table if not exists do_sdk.migrations (
    version integer primary key,
    at timestamptz not null default now()
  )`;

/**
 * Read from the catalogue's tables. `to_regclass` answers from a cache of the session, in which what another process
 * has created while this one waited for the lock is still missing.
 */
const IS_FOUNDED = `
  select exists (
    select from pg_catalog.pg_class table_ join pg_catalog.pg_namespace schema_ on schema_.oid = table_.relnamespace
     where schema_.nspname = 'do_sdk' and table_.relname = 'migrations'
  ) as founded`;

async function versionOf(run: Run): Promise<number> {
  const [found] = await run<{ founded: boolean }>(IS_FOUNDED);
  if (!found?.founded) return 0;
  const [latest] = await run<{ version: number | null }>(
    'select max(version) as version from do_sdk.migrations',
  );
  return latest?.version ?? 0;
}
