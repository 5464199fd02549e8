import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiKeyRecord } from '../../src/store/keys.ts';
import { makeProject } from '../e2e/support.ts';
import { installations, PostgresServer } from '../store/postgres-server.ts';
import { cli } from './support.ts';

let postgres: PostgresServer;
beforeAll(async () => (postgres = await PostgresServer.start((await installations())[0]!)));
afterAll(() => postgres.end());

/** Only the database is configured: Temporal is not needed to manage keys. */
const keys = (...args: string[]) =>
  cli(makeProject(), ['keys', ...args], { env: { NODE_ENV: 'production', DATABASE_URL: postgres.url() } });
const listed = async () =>
  (JSON.parse((await keys('list', '--json')).stdout) as { items: ApiKeyRecord[] }).items;

test('create prints the key alone on standard output, and list never shows it again', async () => {
  const made = await keys('create', '--name', 'printed', '--expires', '90d');
  expect(made.code).toBe(0);
  const [, id, secret] = /^do_([0-9a-f]{16})_([\w-]{43})\n$/.exec(made.stdout)!;
  expect(made.stderr).toMatch(
    new RegExp(`^Key ${id} of printed, valid until \\S+Z\\. It is shown this once`),
  );

  const { stdout } = await keys('list');
  const rows = stdout.split('\n').map((line) => line.split('\t'));
  expect(rows[0]).toEqual(['ID', 'CALLER', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'SCOPES']);
  const row = rows.find(([first]) => first === id)!;
  expect(row.slice(1, 3)).toEqual(['printed', 'valid']);
  expect(row[5]).toBe('never');
  expect(Date.parse(row[4]!) - Date.parse(row[3]!)).toBe(90 * 86_400_000);
  expect(stdout).not.toContain(secret);
  expect(JSON.stringify(await listed())).not.toContain(secret);
});

test('create --json gives the whole record with the key, and nothing beside it', async () => {
  const made = await keys('create', '--name', 'as-json', '--json');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const { key, ...record } = JSON.parse(made.stdout) as ApiKeyRecord & { key: string };
  expect(key).toContain(`do_${record.id}_`);
  expect(record).toMatchObject({ name: 'as-json', state: 'valid', expiresAt: null, revokedAt: null });
  expect(await listed()).toContainEqual(record);
});

test('a second key of a name is told to be the same caller, and revoke takes the first one away', async () => {
  const first = JSON.parse((await keys('create', '--name', 'rotated', '--json')).stdout) as ApiKeyRecord;
  const second = await keys('create', '--name', 'rotated');
  expect(second.stderr).toContain(`rotated has other valid keys, which are the same caller: ${first.id}.`);

  expect(await keys('revoke', first.id)).toMatchObject({
    code: 0,
    stdout: `Revoked ${first.id} of rotated\n`,
  });
  const again = await keys('revoke', first.id, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ id: first.id, state: 'revoked' });
  expect((await keys('create', '--name', 'rotated')).stderr).not.toContain(first.id);
});

test.each([
  [['create'], 'name'],
  [['create', '--name', ''], '--name'],
  [['create', '--name', 'a b'], '--name'],
  [['create', '--name', 'x'.repeat(65)], '--name'],
  [['create', '--name', 'n', '--expires', 'soon'], '--expires'],
  [['create', '--name', 'n', '--scope', 'invoke'], 'invoke'],
  [['create', '--name', 'n', '--tenant', 'a:b'], 'tenant'],
  [['rotate'], 'id'],
  [['rotate', 'ffffffffffffffff'], 'There is no key of that id'],
  [['revoke'], 'id'],
  [['revoke', 'ffffffffffffffff'], 'There is no key of that id'],
  [['rename'], 'rename'],
])('keys %j is wrong usage: 2, and it says what', async (args, named) => {
  const before = (await listed()).length;
  const run = await keys(...args);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/^USAGE: /);
  expect(run.stderr).toContain(named);
  expect(await listed()).toHaveLength(before);
});

test('rotate makes a key of the same caller, tenant and scopes, and the old one ends', async () => {
  const args = ['--name', 'web', '--tenant', 'acme', '--scope', 'invoke:email.*', 'read:*', '--json'];
  const old = JSON.parse((await keys('create', ...args)).stdout) as ApiKeyRecord;
  expect(old).toMatchObject({ tenant: 'acme', scopes: ['invoke:email.*', 'read:*'] });
  const made = await keys('rotate', old.id, '--overlap', '0');
  expect(made.code).toBe(0);
  const [, id] = /^do_([0-9a-f]{16})_[\w-]{43}\n$/.exec(made.stdout)!;
  expect(made.stderr).toContain(`Key ${id} of acme:web, valid until it is revoked.`);
  const both = (await listed()).filter(({ name }) => name === 'web');
  expect(both).toMatchObject([
    { id, tenant: 'acme', scopes: old.scopes, state: 'valid' },
    { id: old.id, state: 'expired', replacedBy: id },
  ]);
  expect((await keys('rotate', old.id)).stderr).toContain(`rotated already, to ${id}`);
});

test('revoke does not repeat what it was given, which may be a whole key', async () => {
  const { stdout } = await keys('create', '--name', 'pasted');
  const run = await keys('revoke', stdout.trim());
  expect(run.code).toBe(2);
  expect(run.stderr).not.toContain(stdout.trim());
});

test('without a database the commands say what to set, and one out of reach by name but not by password', async () => {
  const project = makeProject();
  const unset = await cli(project, ['keys', 'list'], { env: { NODE_ENV: 'production' } });
  expect(unset).toMatchObject({ code: 1, stdout: '' });
  expect(unset.stderr).toMatch(/^STORE_UNAVAILABLE: .*DATABASE_URL/);
  const env = { DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:1/none' };
  const away = await cli(project, ['keys', 'list'], { env });
  expect(away).toMatchObject({ code: 1, stdout: '' });
  expect(away.stderr).toMatch(/^STORE_UNAVAILABLE: .*127\.0\.0\.1:1/);
  expect(away.stderr).not.toContain('hidden');
});
