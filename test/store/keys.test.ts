import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { findKey } from '../../src/store/find-key.ts';
import { isStoredKey } from '../../src/store/key-text.ts';
import { createKey, listKeys, revokeKey, rotateKey } from '../../src/store/keys.ts';
import type { Store } from '../../src/store/store.ts';
import { describeWithPostgres } from './postgres.ts';

describeWithPostgres('API keys in the store', (databases) => {
  const usedAt = async (store: Store) => (await listKeys(store))[0]?.lastUsedAt;

  test('a key is found by its whole text, as the caller of its name', async () => {
    const store = await databases.store();
    const { key, id } = await createKey(store, { name: 'billing' });
    expect(key).toMatch(new RegExp(`^do_${id}_[A-Za-z0-9_-]{43}$`));
    expect(await findKey(store, key)).toMatchObject({ id: 'billing' });
  });

  test('the store holds nothing that a request could be made with', async () => {
    const store = await databases.store();
    const { key } = await createKey(store, { name: 'billing' });
    const [row] = await store.query<object>(`select * from do_sdk.api_keys`);
    const text = JSON.stringify(row, (_name, value: unknown) =>
      (value as { type?: string } | null)?.type === 'Buffer' ? String(Buffer.from(value as never)) : value,
    );
    const secret = key.split('_').slice(2).join('_');
    expect(text).not.toContain(secret);
    expect(JSON.stringify(await listKeys(store))).not.toContain(secret);
  });

  test('another secret, another id and what is no key are nobody', async () => {
    const store = await databases.store();
    const { key, id } = await createKey(store, { name: 'billing' });
    const other = await createKey(store, { name: 'other' });
    const secret = key.slice(`do_${id}_`.length);
    const wrong = [
      `do_${id}_${other.key.slice(-43)}`,
      `do_${other.id}_${secret}`,
      `do_0000000000000000_${secret}`,
      `do_${id}_`,
      key.slice(0, -1),
      `${key}A`,
      `${key}\n`,
      key.toUpperCase(),
      id,
      '',
    ];
    for (const bearer of wrong) expect(await findKey(store, bearer), bearer).toBeUndefined();
  });

  test('a revoked key is refused at once, through every connection, and stays in the list', async () => {
    const url = await databases.fresh();
    const [store, elsewhere] = [await databases.store(url), await databases.store(url)];
    const { key, id } = await createKey(store, { name: 'billing' });
    expect(await findKey(elsewhere, key)).toMatchObject({ id: 'billing' });
    const revoked = await revokeKey(store, id);
    expect(revoked).toMatchObject({ id, state: 'revoked' });
    expect(await findKey(elsewhere, key)).toBeUndefined();
    // Its last use may be put on record meanwhile.
    expect(await revokeKey(store, id)).toMatchObject({ revokedAt: revoked!.revokedAt, state: 'revoked' });
    expect(await listKeys(store)).toMatchObject([{ id, name: 'billing', state: 'revoked' }]);
    expect(await revokeKey(store, 'ffffffffffffffff')).toBeUndefined();
  });

  test('a key is refused from the moment it expires', async () => {
    const store = await databases.store();
    const { key, expiresAt } = await createKey(store, { name: 'billing', expiresInMs: 400 });
    expect(await findKey(store, key)).toMatchObject({ id: 'billing' });
    await vi.waitFor(async () => expect(await findKey(store, key)).toBeUndefined(), { interval: 20 });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt!));
    expect(await listKeys(store)).toMatchObject([{ state: 'expired', expiresAt }]);
  });

  test('two keys of one name are one caller, so that a new key can take over before the old one goes', async () => {
    const store = await databases.store();
    const old = await createKey(store, { name: 'billing' });
    const next = await createKey(store, { name: 'billing', expiresInMs: 3_600_000 });
    expect(await findKey(store, old.key)).toEqual(await findKey(store, next.key));
    await revokeKey(store, old.id);
    expect(await findKey(store, next.key)).toMatchObject({ id: 'billing' });
    expect((await listKeys(store)).map(({ id }) => id)).toEqual([next.id, old.id]);
  });

  test('a key has the scopes and the tenant it was made with, and by default those of a program', async () => {
    const store = await databases.store();
    const plain = await createKey(store, { name: 'billing' });
    expect(await findKey(store, plain.key)).toEqual({ id: 'billing', scopes: ['invoke:*', 'read:*'] });
    const scopes = ['invoke:email.*', 'operate'] as const;
    const scoped = await createKey(store, { name: 'billing', tenant: 'acme', scopes });
    expect(await findKey(store, scoped.key)).toEqual({ id: 'acme:billing', scopes });
  });

  test('a key of a build that knows no scopes may do everything, and an unknown scope allows nothing', async () => {
    const store = await databases.store();
    const { key, id } = await createKey(store, { name: 'older' });
    await store.query(`update do_sdk.api_keys set scopes = default, tenant = default`);
    expect(await findKey(store, key)).toEqual({ id: 'older', scopes: ['admin'] });
    await store.query(`update do_sdk.api_keys set scopes = '{root,read:*}' where id = $1`, [id]);
    expect(await findKey(store, key)).toEqual({ id: 'older', scopes: ['read:*'] });
  });

  test('a rotated key goes on for the overlap, and its successor is the same caller with the same rights', async () => {
    const store = await databases.store();
    const plan = { name: 'billing', tenant: 'acme', scopes: ['read:*'] as const, expiresInMs: 3_600_000 };
    const old = await createKey(store, plan);
    const next = (await rotateKey(store, old.id, { overlapMs: 600 }))!;
    expect(next).toMatchObject({ name: 'billing', tenant: 'acme', scopes: ['read:*'], state: 'valid' });
    expect(Date.parse(next.expiresAt!) - Date.parse(next.createdAt)).toBe(3_600_000);
    expect(await findKey(store, old.key)).toEqual(await findKey(store, next.key));
    await expect.poll(() => findKey(store, old.key), { interval: 20 }).toBeUndefined();
    expect(await findKey(store, next.key)).toMatchObject({ id: 'acme:billing' });
    expect(await listKeys(store)).toMatchObject([{ id: next.id }, { id: old.id, replacedBy: next.id }]);
  });

  test('a key is rotated once, and not when it is refused already; an overlap never prolongs it', async () => {
    const store = await databases.store();
    const old = await createKey(store, { name: 'billing', expiresInMs: 60_000 });
    const both = await Promise.all([
      rotateKey(store, old.id, { overlapMs: 3_600_000, expiresInMs: null }),
      rotateKey(store, old.id, { overlapMs: 3_600_000, expiresInMs: null }),
    ]);
    expect(both.filter(Boolean)).toMatchObject([{ expiresAt: null }]);
    expect(await listKeys(store)).toHaveLength(2);
    expect((await listKeys(store)).find(({ id }) => id === old.id)!.expiresAt).toBe(old.expiresAt);
    const revoked = await createKey(store, { name: 'gone' });
    await revokeKey(store, revoked.id);
    expect(await rotateKey(store, revoked.id, { overlapMs: 0 })).toBeUndefined();
    expect(await rotateKey(store, 'ffffffffffffffff', { overlapMs: 0 })).toBeUndefined();
  });

  test('the last use is noted, and not again within a minute', async () => {
    const store = await databases.store();
    const { key, lastUsedAt } = await createKey(store, { name: 'billing' });
    expect(lastUsedAt).toBeNull();
    await Promise.all(Array.from({ length: 20 }, () => findKey(store, key)));
    await expect.poll(() => usedAt(store)).toBeTruthy();
    const [row] = await store.query<{ xmin: string }>('select xmin::text from do_sdk.api_keys');
    for (let n = 0; n < 5; n++) await findKey(store, key);
    expect(await store.query('select xmin::text from do_sdk.api_keys')).toEqual([row]);

    await store.query(`update do_sdk.api_keys set last_used_at = now() - interval '61 seconds'`);
    const before = Date.parse((await usedAt(store))!);
    await findKey(store, key);
    await expect.poll(async () => Date.parse((await usedAt(store))!)).toBeGreaterThan(before + 60_000);
  });

  test('a use that cannot be noted neither refuses nor holds up the request', async () => {
    const url = await databases.fresh();
    const [store, locking] = [await databases.store(url), await databases.store(url)];
    const { key } = await createKey(store, { name: 'billing' });
    await locking.control(async (run) => {
      await run('begin');
      await run('select 1 from do_sdk.api_keys for update');
      const found = await Promise.race([findKey(store, key), delay(2_000, 'too late')]);
      expect(found).toMatchObject({ id: 'billing' });
      await run('rollback');
    });
    await expect.poll(() => usedAt(store)).toBeTruthy();
  });

  test('a use without a secret leaves no note', async () => {
    const store = await databases.store();
    const { id } = await createKey(store, { name: 'billing' });
    await findKey(store, `do_${id}_${'A'.repeat(43)}`);
    await findKey(store, `do_${id}_${'A'.repeat(43)}`);
    expect(await usedAt(store)).toBeNull();
  });

  test('a database that is out of reach is STORE_UNAVAILABLE and not an unknown key', async () => {
    const store = await databases.store('postgres://nobody@127.0.0.1:1/none');
    const key = `do_0123456789abcdef_${'A'.repeat(43)}`;
    await expect(findKey(store, key)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    // Nor is it asked for what cannot be a key.
    expect(await findKey(store, 'no-key')).toBeUndefined();
  });
});

test('only what looks like a key of the store is looked up there', () => {
  expect(isStoredKey(`do_0123456789abcdef_${'x'.repeat(43)}`)).toBe(true);
  for (const other of [
    `do_dev_${'x'.repeat(43)}`,
    'a-fixed-secret',
    `do_0123456789abcdef_${'x'.repeat(42)}`,
  ]) {
    expect(isStoredKey(other)).toBe(false);
  }
});
