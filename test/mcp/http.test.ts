import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Scope } from '../../src/core/scope.ts';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { mcpHttpHandler } from '../../src/mcp/http.ts';
import { ENTRIES, serve } from '../http/support.ts';

const CATALOGUE = {
  list: () => ENTRIES,
  get: (name: string) => ENTRIES.find((entry) => entry.name === name),
};
const keyOf = (id: string, ...scopes: Scope[]) => ({ id, scopes, secret: `key-of-${id}` });
const KEYS = [
  keyOf('admin', 'admin'),
  keyOf('mailer', 'invoke:mail.*'),
  keyOf('reader', 'read:*'),
  keyOf('operator', 'invoke:mail.*', 'operate'),
];

const start = () =>
  serve({
    catalogue: CATALOGUE,
    authenticate: keyAuthenticator(KEYS),
    mcp: mcpHttpHandler({
      catalogue: CATALOGUE,
      version: '1.2.3',
      allowedOrigins: ['https://app.example.com'],
    }),
  });

type Era = 'legacy' | '2026-07-28';

async function connect(
  url: string,
  caller: string,
  era: Era = 'legacy',
  headers: object = {},
): Promise<Client> {
  const mode = era === 'legacy' ? era : { pin: era };
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer key-of-${caller}`, ...headers } };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }));
  onTestFinished(() => client.close());
  return client;
}

const CALL = { name: 'mail__send', arguments: { input: {} } };

const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);

describe.each<Era>(['legacy', '2026-07-28'])('a client of the revision %s', (era) => {
  test('lists and calls tools', async () => {
    const api = await start();
    const client = await connect(api.url, 'admin', era);
    expect(client.getServerVersion()).toEqual({ name: 'do-sdk', version: '1.2.3' });
    expect(await namesOf(client)).toContain('mail__send');
    const answer = client.callTool({
      name: 'customer__onboard',
      arguments: { input: 7, idempotencyKey: 'k' },
    });
    await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
    api.backend.close('inv_1', { status: 'completed', output: 'on board' });
    expect((await answer).structuredContent).toMatchObject({ status: 'completed', output: 'on board' });
    expect(api.backend.started).toMatchObject([
      { name: 'customer.onboard', kind: 'workflow', input: 7, idempotencyKey: 'k' },
    ]);
    expect(api.errors).toEqual([]);
  });

  test('is told progress, as far as it asks for it', async () => {
    const api = await start();
    const client = await connect(api.url, 'admin', era);
    const told = vi.fn();
    const answer = client.callTool(CALL, { onprogress: told });
    await vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 3_000 });
    api.backend.close('inv_1', { status: 'completed', output: null });
    expect((await answer).isError).toBeUndefined();
  });

  test('that goes away is no longer waited for, and its invocation goes on', async () => {
    const api = await start();
    const client = await connect(api.url, 'admin', era);
    const goAway = new AbortController();
    const answer = client.callTool(CALL, { signal: goAway.signal });
    await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
    goAway.abort();
    await expect(answer).rejects.toThrow();
    await client.close();
    await vi.waitFor(() => expect(api.backend.waiting).toBe(0));
    expect(api.backend.cancelled).toEqual([]);
  });
});

test('a call waits as long as `Prefer` says, and as long as the process goes on', async () => {
  const api = await start();
  const short = await connect(api.url, 'admin', 'legacy', { prefer: 'wait=0' });
  expect((await short.callTool(CALL)).structuredContent).toMatchObject({
    status: 'running',
  });
  const long = await connect(api.url, 'admin');
  const answer = long.callTool(CALL);
  await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
  api.stopping.abort();
  expect((await answer).structuredContent).toMatchObject({ status: 'running' });
});

test('a key sees the tools of its scopes, and no other is there for it', async () => {
  const api = await start();
  expect(await namesOf(await connect(api.url, 'mailer'))).toEqual([
    'invocation_audit',
    'invocation_get',
    'mail__send',
  ]);
  expect(await namesOf(await connect(api.url, 'operator'))).toContain('invocation_cancel');
  const mailer = await connect(api.url, 'mailer');
  await expect(mailer.callTool({ name: 'customer__onboard' })).rejects.toThrow('Unknown tool');
  await expect(connect(api.url, 'reader')).rejects.toThrow('FORBIDDEN');
  expect(api.backend.started).toEqual([]);
});

test('what a tool of ours is asked about is guarded as over HTTP', async () => {
  const api = await start();
  const mailer = await connect(api.url, 'mailer');
  const answer = await mailer.callTool({ name: 'invocation_cancel', arguments: { id: 'inv_1' } });
  expect(answer.isError).toBe(true);
  expect(JSON.stringify(answer.content)).toContain('FORBIDDEN');
  expect(api.backend.cancelled).toEqual([]);
});

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const post = { method: 'POST', path: '/mcp', body: LIST };
const headers = {
  authorization: 'Bearer key-of-admin',
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
};

test.each([
  ['no key', { headers: { ...headers, authorization: null } }, 401],
  ['another key', { headers: { ...headers, authorization: 'Bearer x' } }, 401],
  ['a page of this machine', { headers: { ...headers, origin: 'http://localhost:5173' } }, 200],
  ['a page that is listed', { headers: { ...headers, origin: 'https://app.example.com' } }, 200],
  ['a page of another host', { headers: { ...headers, origin: 'https://evil.example.com' } }, 403],
  [
    'a page that looks like this machine',
    { headers: { ...headers, origin: 'http://localhost.evil.com' } },
    403,
  ],
  ['a page without an origin', { headers: { ...headers, origin: 'null' } }, 403],
  ['GET', { method: 'GET', headers }, 405],
  ['DELETE', { method: 'DELETE', headers }, 405],
  ['a body that is too large', { headers, body: `"${'x'.repeat(1_100_000)}"` }, 413],
  ['a body that is no JSON', { headers, body: '{' }, 400],
  ['a key twice in the body', { headers, body: `${LIST.slice(0, -1)},"id":2}` }, 400],
  ['another media type', { headers: { ...headers, 'content-type': 'text/plain' } }, 415],
])('%s is answered with the right status', async (_, request, status) => {
  const api = await start();
  expect((await api.send({ ...post, ...request })).status).toBe(status);
});

test('without sessions any process can answer: a request needs none before it', async () => {
  const [one, other] = [await start(), await start()];
  for (const api of [one, other]) {
    const answer = await api.send({ ...post, headers });
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
    expect(answer.text).toContain('mail__send');
  }
});

test('messages that are sent together are counted one by one', async () => {
  const mcp = mcpHttpHandler({ catalogue: CATALOGUE, version: '1', allowedOrigins: [] });
  const perCaller = { limit: 3, windowMs: 60_000 };
  const limits = { maxRequests: 100, maxWaiting: 100, corsOrigins: [], perCaller };
  const api = await serve({ catalogue: CATALOGUE, authenticate: keyAuthenticator(KEYS), mcp, limits });
  const batch = (size: number) => `[${Array.from({ length: size }, () => LIST).join(',')}]`;
  const refused = await api.send({ ...post, headers, body: batch(4) });
  expect(refused.body).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect((await api.send({ ...post, headers, body: batch(2) })).status).toBe(200);
  expect((await api.send({ ...post, headers })).status).toBe(429);
});
