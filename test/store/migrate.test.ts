import { expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import type { Run } from '../../src/store/pool.ts';
import { Store } from '../../src/store/store.ts';
import { commitOnce } from '../../src/store/transaction.ts';
import { withClient } from './postgres-server.ts';
import { describeOnEachPostgres } from './postgres.ts';
import { planOf } from './support.ts';

const nothing = { output: null, enqueued: [] };

describeOnEachPostgres('the schema', (databases) => {
  const versions = (store: Store) => store.query('select version from do_sdk.migrations order by version');
  const all = MIGRATIONS.map((_, index) => ({ version: index + 1 }));

  const migrateWith = (url: string, migrations: readonly string[]) =>
    withClient(url, async (client) => {
      const run: Run = async <Row>(sql: string, values: readonly unknown[] = []) =>
        (await client.query(sql, [...values])).rows as Row[];
      await migrate(run, migrations);
    });

  test('is created once by many that open it at the same moment', async () => {
    const url = await databases.fresh();
    const stores = await Promise.all(Array.from({ length: 8 }, () => databases.store(url)));
    await Promise.all(stores.map((store) => store.query('select count(*) from do_sdk.outcomes')));
    expect(await versions(stores[0]!)).toEqual(all);
  });

  test('is created by a serializable role, too', async () => {
    const url = new URL(await databases.fresh());
    url.searchParams.set('options', '-c default_transaction_isolation=serializable');
    const stores = await Promise.all(Array.from({ length: 4 }, () => databases.store(url.href)));
    await Promise.all(stores.map((store) => store.query('select 1')));
    expect(await versions(stores[0]!)).toEqual(all);
  });

  test('is not touched before its first use', async () => {
    const url = await databases.fresh();
    await databases.store(url);
    const found = await withClient(url, (client) =>
      client.query(`select to_regnamespace('do_sdk') as schema`),
    );
    expect(found.rows).toEqual([{ schema: null }]);
  });

  test('of a newer build is accepted as it is: migrations only add', async () => {
    const url = await databases.fresh();
    await migrateWith(url, [...MIGRATIONS, 'alter table do_sdk.outcomes add column note text']);
    const store = await databases.store(url);
    await commitOnce(store, planOf(), async () => nothing);
    expect(await versions(store)).toEqual([...all, { version: MIGRATIONS.length + 1 }]);
  });

  test('is brought forward from an older build, whose rows stay', async () => {
    const url = await databases.fresh();
    const store = await databases.store(url);
    await commitOnce(store, planOf(), async () => nothing);
    await migrateWith(url, [...MIGRATIONS, 'alter table do_sdk.outcomes add column note text']);
    expect(await store.query('select note from do_sdk.outcomes')).toEqual([{ note: null }]);
  });

  test('is left as it was by a migration that fails, and the next try goes through', async () => {
    const url = await databases.fresh();
    const broken = [...MIGRATIONS, 'create table do_sdk.half (id int); select 1/0'];
    await expect(migrateWith(url, broken)).rejects.toMatchObject({ code: '22012' });
    const found = await withClient(url, (client) =>
      client.query(`select to_regnamespace('do_sdk') as schema`),
    );
    expect(found.rows).toEqual([{ schema: null }]);
    const store = await databases.store(url);
    expect(await versions(store)).toEqual(all);
  });

  test('once there serves a role that may create nothing', async () => {
    const url = await databases.fresh();
    const owner = await databases.store(url);
    const role = `worker_${new URL(url).pathname.slice(6)}`;
    await owner.query(`create role ${role} login`);
    await owner.query(`grant usage on schema do_sdk to ${role}`);
    await owner.query(`grant select, insert, update on all tables in schema do_sdk to ${role}`);
    const asWorker = new URL(url);
    asWorker.username = role;
    const store = await databases.store(asWorker.href);
    await commitOnce(store, planOf(), async () => nothing);
    await expect(store.query('create schema mine')).rejects.toMatchObject({ code: '42501' });
    await store.close();
    await owner.query(`drop owned by ${role}`);
    await owner.query(`drop role ${role}`);
  });
});

test.each([
  'mysql://localhost/db',
  'localhost',
  '',
  'postgres://u:p#w@h/db',
  'postgres://user:sesame@host:port/db',
])('a URL that is none of Postgres is refused at once, and not quoted: %j', (url) => {
  const error = thrownBy(() => Store.open(url));
  expect(error).toMatchObject({ name: 'DoError', code: 'DEFINITION_INVALID' });
  expect(error.cause).toBeUndefined();
  expect(error.message).not.toMatch(/sesame|p#w/);
});

function thrownBy(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test('a pool of less than one connection is refused at once', () => {
  expect(() => Store.open('postgres://localhost/db', { maxConnections: 0 })).toThrow(/at least 1, got 0/);
});
