import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ApiKeyRecord } from '../../src/store/keys.ts';
import { cli, startCli } from '../cli/support.ts';
import { installations, PostgresServer } from '../store/postgres-server.ts';
import { ownServer } from './own-server.ts';
import { body, makeProject, startSystem, until } from './support.ts';

const SUM = `
import { Action } from '@do-sdk/core';
export const sum = new Action({
  name: 'sum.numbers',
  handler: (numbers: number[], ctx) => {
    ctx.log.info('Adding up\\nlines', { numbers, key: process.env.LOGGED_KEY });
    return numbers.reduce((a, b) => a + b, 0);
  },
});
`;

const LOGGED_KEY = `do_0123456789abcdef_${'s'.repeat(43)}`;

type Key = ApiKeyRecord & { key: string };

/** API and worker in production, with keys in a database and nowhere else. */
async function startProduction() {
  const [installation] = await installations();
  const postgres = await PostgresServer.start(installation!);
  onTestFinished(() => postgres.end());
  const temporal = await ownServer();
  await temporal.start();
  const made = makeProject({ 'src/actions/sum.ts': SUM });
  const settings = {
    NODE_ENV: 'production',
    TEMPORAL_ADDRESS: temporal.address,
    DATABASE_URL: postgres.url(),
  };
  const project = { ...made, env: { ...made.env, ...settings } };
  const worker = startCli(project, ['worker'], { LOGGED_KEY });
  await until(worker, () => worker.output().includes('Serving'));
  const api = startCli(project, ['dev', '--only', 'api'], { PORT: '0' });
  await until(api, () => api.output().includes('is ready'));
  const url = /API +(http\S+)/.exec(api.output())![1]!;
  const ask = (key: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/v1/actions/sum.numbers/invoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: '[1,2]',
    });
  const makeKey = async (name: string, ...options: string[]) =>
    JSON.parse((await cli(project, ['keys', 'create', '--name', name, '--json', ...options])).stdout) as Key;
  return { project, postgres, url, ask, makeKey, api, worker };
}

test('keys of the database are enough in production, survive their rotation and are refused once revoked', async () => {
  const { project, ask, makeKey } = await startProduction();
  const old = await makeKey('billing');
  const first = await body(await ask(old.key, { 'idempotency-key': 'order-1' }));
  expect(first).toMatchObject({ status: 'completed', output: 3, caller: 'billing' });

  const next = await makeKey('billing');
  const other = await makeKey('shop');
  expect((await cli(project, ['keys', 'revoke', old.id])).code).toBe(0);
  expect(await (await ask(old.key)).json()).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });

  const replayed = await ask(next.key, { 'idempotency-key': 'order-1' });
  expect(replayed.headers.get('idempotent-replayed')).toBe('true');
  expect((await body(replayed)).id).toBe(first.id);
  const another = await body(await ask(other.key, { 'idempotency-key': 'order-1' }));
  expect(another.caller).toBe('shop');
  expect(another.id).not.toBe(first.id);

  const listed = JSON.parse((await cli(project, ['keys', 'list', '--json'])).stdout) as {
    items: ApiKeyRecord[];
  };
  expect(listed.items.map(({ name, state }) => [name, state])).toEqual([
    ['shop', 'valid'],
    ['billing', 'valid'],
    ['billing', 'revoked'],
  ]);
  expect(listed.items.every(({ lastUsedAt }) => lastUsedAt !== null)).toBe(true);
});

const linesOf = (output: string) =>
  output
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));

test('a tenant sees nothing of another, and the logs of both processes say who did what, without a key', async () => {
  const { url, ask, makeKey, api, worker } = await startProduction();
  const ours = await makeKey('web', '--tenant', 'acme', '--scope', 'invoke:sum.*');
  const { id, caller } = await body(await ask(ours.key, { 'x-request-id': 'r-1' }));
  expect(caller).toBe('acme:web');
  const read = async ({ key }: Key, path: string) =>
    await fetch(`${url}/v1/invocations${path}`, { headers: { authorization: `Bearer ${key}` } });
  expect((await read(ours, `/${id}`)).status).toBe(200);
  expect((await read(ours, '')).status).toBe(403);
  const other = await makeKey('web');
  expect((await read(other, `/${id}`)).status).toBe(404);
  expect(await (await read(other, '')).json()).toEqual({ items: [], nextCursor: null });

  const route = '/v1/actions/:name/invoke';
  const request = {
    level: 'info',
    msg: 'request',
    requestId: 'r-1',
    route,
    status: 200,
    caller,
    invocationId: id,
  };
  await expect.poll(() => linesOf(api.output())).toContainEqual(expect.objectContaining(request));
  const told = linesOf(worker.output()).find(({ msg }) => msg === 'Adding up\nlines');
  expect(told).toMatchObject({
    invocationId: id,
    action: 'sum.numbers',
    attempt: 1,
    fields: { numbers: [1, 2] },
  });
  for (const secret of [ours.key.slice(-43), 's'.repeat(20)])
    expect(api.output() + worker.output()).not.toContain(secret);
});

test('a database that is out of reach is 503 for its keys, and none of an answer for what can be no key', async () => {
  const { postgres, url, ask, makeKey } = await startProduction();
  const { key } = await makeKey('billing');
  expect((await ask(key)).status).toBe(200);
  await postgres.stopImmediately();

  const refused = await ask(key);
  expect(refused.headers.get('retry-after')).toBe('2');
  const problem = (await refused.json()) as { detail: string };
  expect(problem).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
  expect(problem.detail).not.toContain(String(postgres.port));
  expect((await ask('no-key-of-ours')).status).toBe(401);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);

  await postgres.start();
  await expect.poll(async () => (await ask(key)).status, { timeout: 15_000 }).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('in development a key of the embedded Postgres is known beside the dev key, and without one Postgres never starts', async () => {
  const project = makeProject({ 'src/actions/sum.ts': SUM });
  const system = await startSystem(project);
  const callerOf = async (key: string) =>
    (await body(await system.invoke('sum.numbers', [1], { authorization: `Bearer ${key}` }))).caller;
  expect(await callerOf(system.key)).toBe('dev');
  expect((await system.invoke('sum.numbers', [1], { authorization: 'Bearer do_no_key' })).status).toBe(401);
  expect(existsSync(join(project.dataDir, 'postgres'))).toBe(false);

  const made = await cli(project, ['keys', 'create', '--name', 'billing']);
  expect(made.stderr).toContain('Starting the embedded Postgres.');
  const key = made.stdout.trim();
  expect(await callerOf(key)).toBe('billing');
  expect(await callerOf(system.key)).toBe('dev');
});
