import { expect, test, vi } from 'vitest';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import type { Limits } from '../../src/http/limits/settings.ts';
import { configuredLimits } from '../../src/http/limits/settings.ts';
import type { RawRequest } from './support.ts';
import { serve } from './support.ts';

const NONE: Limits = { maxRequests: 100, maxWaiting: 100, corsOrigins: [] };
const get = (path: string, headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'GET',
  path,
  headers,
});
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const perMinute = (limit: number) => ({ limit, windowMs: 60_000 });

const two = keyAuthenticator([
  { id: 'a', scopes: ['read:*'], secret: 'key-a' },
  { id: 'a', scopes: ['read:*'], secret: 'second-key-a' },
  { id: 'b', scopes: ['read:*'], secret: 'key-b' },
]);

test('a caller that asks too often is told 429, how long to wait, and what the limit is; others are not', async () => {
  const api = await serve({ authenticate: two, limits: { ...NONE, perCaller: perMinute(2) } });
  const ask = (key: string) => api.send(get('/v1/actions', bearer(key)));
  const first = await ask('key-a');
  expect(first.status).toBe(200);
  expect(first.headers['ratelimit-policy']).toMatch(/q=2; w=60/);
  expect(first.headers['ratelimit']).toMatch(/r=1; t=\d+/);
  // Another key of the same caller is no second allowance.
  expect((await ask('second-key-a')).status).toBe(200);
  const third = await ask('key-a');
  expect(third.body).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask('key-b')).status).toBe(200);
});

test('a batch is counted by its items, and one that does not fit is refused whole and costs one request', async () => {
  const api = await serve({ limits: { ...NONE, perCaller: perMinute(5) } });
  const batch = (size: number) => {
    const items = Array.from({ length: size }, (_, input) => ({ input }));
    const headers = { prefer: 'respond-async' };
    return api.send({ path: '/v1/actions/mail.send/invoke-batch', headers, body: JSON.stringify({ items }) });
  };
  const first = await batch(3);
  expect(first.status).toBe(200);
  expect(first.headers['ratelimit']).toMatch(/r=2; t=\d+/);
  const large = await batch(3);
  expect(large.body).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(large.headers['retry-after'])).toBeGreaterThan(0);
  expect(api.backend.started).toHaveLength(3);
  // The refused one has left room for one more.
  expect((await batch(1)).status).toBe(200);
  expect((await batch(1)).status).toBe(429);
  const never = await serve({ limits: { ...NONE, perCaller: perMinute(5) } });
  const items = Array.from({ length: 6 }, () => ({ input: 1 }));
  const path = '/v1/actions/mail.send/invoke-batch';
  const refused = await never.send({ path, body: JSON.stringify({ items }) });
  expect(refused.body['detail']).toContain('send fewer at a time');
});

test('401 and 403 come before 429, and 429 before 404', async () => {
  const api = await serve({ authenticate: two, limits: { ...NONE, perCaller: perMinute(1) } });
  const statuses = [];
  for (const path of ['/v1/actions/mail.unknown', '/v1/actions/mail.unknown', '/v1/nothing'])
    statuses.push((await api.send(get(path, bearer('key-a')))).status);
  expect(statuses).toEqual([404, 429, 429]);
  expect((await api.send({ headers: bearer('key-a') })).status).toBe(403);
  expect((await api.send(get('/v1/actions', { authorization: null }))).status).toBe(401);
});

test('routes without a key are counted by address, but /healthz never is', async () => {
  const api = await serve({ limits: { ...NONE, perAddress: perMinute(1) } });
  const ask = async (path: string) => (await api.send(get(path, { authorization: null }))).status;
  expect([await ask('/docs'), await ask('/docs')]).toEqual([200, 429]);
  expect([await ask('/healthz'), await ask('/healthz')]).toEqual([200, 200]);
});

test('case 42: who guesses keys is refused without a look, and whoever shares his address goes on', async () => {
  const find = vi.fn(async (key: string) => two(key));
  const api = await serve({ authenticate: find, limits: { ...NONE, failedKeys: perMinute(3) } });
  const ask = (key: string) => api.send(get('/v1/actions', bearer(key)));
  expect((await ask('key-a')).status).toBe(200);
  for (let n = 0; n < 3; n++) expect((await ask(`guess-${n}`)).status).toBe(401);
  find.mockClear();
  const refused = await ask('guess-4');
  expect(refused.body).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(find).not.toHaveBeenCalled();
  expect((await ask('key-a')).status).toBe(200);
  expect(find).toHaveBeenCalledTimes(1);
});

test('an address is that of the connection, unless a proxy is trusted', async () => {
  const limits = { ...NONE, perAddress: perMinute(1) };
  const from = (address: string) => get('/docs', { authorization: null, 'x-forwarded-for': address });
  const alone = await serve({ limits });
  const statusOf = async (api: typeof alone, address: string) => (await api.send(from(address))).status;
  expect([await statusOf(alone, '1.2.3.4'), await statusOf(alone, '5.6.7.8')]).toEqual([200, 429]);
  const behind = await serve({ limits: { ...limits, trustProxy: 1 } });
  expect([await statusOf(behind, '1.2.3.4'), await statusOf(behind, '5.6.7.8')]).toEqual([200, 200]);
  // Only the address that the proxy has added counts, not what the client claims before it.
  expect(await statusOf(behind, '9.9.9.9, 5.6.7.8')).toBe(429);
});

test('requests beyond the bound are refused at once with 503, and taken again when one has ended', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const authenticate = async () => {
    await held;
    return { id: 'a', scopes: ['read:*'] as const };
  };
  const api = await serve({ authenticate, limits: { ...NONE, maxRequests: 1 } });
  const first = api.send(get('/v1/actions'));
  await vi.waitFor(async () => expect((await api.send(get('/v1/actions'))).status).toBe(503));
  const shed = await api.send(get('/v1/actions'));
  expect(shed.body).toMatchObject({ code: 'OVERLOADED' });
  expect(shed.headers['retry-after']).toBe('2');
  expect((await api.send(get('/healthz'))).status).toBe(200);
  release();
  expect((await first).status).toBe(200);
  expect((await api.send(get('/v1/actions'))).status).toBe(200);
});

test('those that wait are counted apart, and one that is refused has started nothing', async () => {
  const api = await serve({ limits: { ...NONE, maxWaiting: 1 } });
  const waiting = api.send({});
  await expect.poll(() => api.backend.waiting).toBe(1);
  const shed = await api.send({});
  expect(shed.body).toMatchObject({ status: 503, code: 'OVERLOADED' });
  expect(api.backend.started).toHaveLength(1);
  expect((await api.send({ headers: { prefer: 'respond-async' } })).status).toBe(202);
  expect((await api.send(get('/v1/invocations/inv_1'))).status).toBe(200);
  api.backend.close('inv_1', { status: 'completed' });
  expect((await waiting).status).toBe(200);
});

test('a process whose event loop is late takes nothing but probes and what ends work, and everything once it has caught up', async () => {
  let lagMs = 1_500;
  const api = await serve({ limits: { ...NONE, maxLagMs: 1_000 }, lagMs: () => lagMs });
  const shed = await api.send({});
  expect(shed.body).toMatchObject({ status: 503, code: 'OVERLOADED' });
  expect(shed.headers['retry-after']).toBe('2');
  expect(api.backend.started).toEqual([]);
  expect((await api.send(get('/v1/actions', bearer('none')))).status).toBe(503);
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await api.send(get(path))).status).toBe(200);
  const acts = ['cancel', 'compensate', 'signal/plan.chosen', 'approvals/refund'];
  for (const act of acts)
    expect((await api.send({ path: `/v1/invocations/inv_1/${act}` })).status).not.toBe(503);
  lagMs = 10;
  expect((await api.send({ headers: { prefer: 'respond-async' } })).status).toBe(202);
});

test('an answer runs, loads and frames nothing in a browser, and no page may read it unless it is listed', async () => {
  const silent = await serve();
  const plain = await silent.send(get('/v1/actions', { origin: 'https://app.example.com' }));
  expect(plain.headers['content-security-policy']).toContain("default-src 'none'");
  expect(plain.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(plain.headers).not.toHaveProperty('access-control-allow-origin');
  expect(plain.headers).not.toHaveProperty('x-powered-by');

  const api = await serve({ limits: { ...NONE, corsOrigins: ['https://app.example.com'] } });
  const listed = await api.send(get('/v1/actions', { origin: 'https://app.example.com' }));
  expect(listed.headers['access-control-allow-origin']).toBe('https://app.example.com');
  const other = await api.send(get('/v1/actions', { origin: 'https://evil.example.com' }));
  expect(other.headers['access-control-allow-origin']).not.toBe('https://evil.example.com');
  const asked = {
    origin: 'https://app.example.com',
    'access-control-request-method': 'POST',
    authorization: null,
  };
  const preflight = await api.send({ method: 'OPTIONS', body: '', headers: asked });
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-headers']).toContain('Idempotency-Key');
});

test('in development nobody is counted but who guesses; in production everybody, unless it is off', () => {
  expect(configuredLimits(false, {})).toMatchObject({
    failedKeys: perMinute(100),
    perCaller: undefined,
    maxLagMs: undefined,
  });
  expect(configuredLimits(true, {})).toMatchObject({
    perCaller: perMinute(6000),
    perAddress: perMinute(600),
    maxLagMs: 1_000,
  });
  for (const off of ['0', 'off'])
    expect(configuredLimits(true, { DO_MAX_LAG: off })).toMatchObject({ maxLagMs: undefined });
  const env = { DO_RATE_LIMIT: 'off', DO_MAX_REQUESTS: '7', DO_TRUST_PROXY: 'loopback,10.0.0.0/8' };
  expect(configuredLimits(true, env)).toMatchObject({
    ...{ perCaller: undefined, maxRequests: 7, trustProxy: ['loopback', '10.0.0.0/8'] },
  });
});

test.each([
  ['DO_RATE_LIMIT', '600'],
  ['DO_RATE_LIMIT', '0/1m'],
  ['DO_RATE_LIMIT', '5/soon'],
  ['DO_MAX_REQUESTS', '0'],
  ['DO_MAX_WAITING', 'many'],
  ['DO_MAX_LAG', 'late'],
  ['DO_TRUST_PROXY', 'true'],
  ['DO_CORS_ORIGINS', 'https://app.example.com/'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => configuredLimits(true, { [name]: value })).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID', message: expect.stringContaining(name) as string }),
  );
});
