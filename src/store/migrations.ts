/**
 * The schema's history; the position is the version. Released entries are never edited and only ever add: processes of
 * an older build go on working while and after a newer one has migrated, so an older build accepts a newer database.
 */
export const MIGRATIONS: readonly string[] = [
  `create table do_sdk.outcomes (
     token text primary key,
     state text not null check (state in ('committed', 'sealed')),
     action text not null,
     invocation_id text not null,
     attempt integer not null,
     output text,
     enqueued text,
     at timestamptz not null default clock_timestamp()
   );
   comment on table do_sdk.outcomes is
     'One row per token that is decided: its effect and output committed together, or sealed so that it never can.';

   create table do_sdk.receipts (
     token text not null,
     name text not null,
     state text not null check (state in ('unknown', 'done', 'failed')),
     attempt integer not null,
     result text,
     at timestamptz not null default clock_timestamp(),
     primary key (token, name)
   );
   comment on table do_sdk.receipts is
     'Calls to the outside made by ctx.once; unknown: begun, and neither its result nor its failure was recorded.';

   create table do_sdk.api_keys (
     id text primary key,
     name text not null,
     digest bytea not null unique,
     created_at timestamptz not null default now(),
     expires_at timestamptz,
     revoked_at timestamptz,
     last_used_at timestamptz
   );`,

  // Whoever had a key before there were scopes could do everything; an older build makes such keys still.
  `alter table do_sdk.api_keys
     add column tenant text not null default 'default',
     add column scopes text[] not null default '{admin}',
     add column replaced_by text;`,

  `create table do_sdk.slots (
     id text primary key,
     queue text not null,
     key text not null,
     ticket bigint generated always as identity,
     priority integer not null,
     owner text not null,
     held boolean not null,
     present_until timestamptz not null,
     expires_at timestamptz not null
   );
   create index slots_scope on do_sdk.slots (queue, key, ticket);
   create index slots_owner on do_sdk.slots (owner) where held;
   create index slots_expiry on do_sdk.slots (expires_at);
   comment on table do_sdk.slots is
     'One row per attempt that has a slot of its action''s concurrency limit, or waits for one.';`,
];
