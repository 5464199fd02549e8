import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { httpRequest } from '../../src/actions/index.ts';
import { jsonSchemaOf } from '../../src/core/json-schema.ts';
import { redact } from '../../src/core/redact.ts';
import { attemptOf, failureOf, tokenOf } from './attempt-of.ts';
import { allow, answering, serve } from './http/server.ts';

beforeEach(() => allow('127.0.0.1:*'));
afterEach(() => vi.unstubAllEnvs());

const TOKEN = tokenOf(httpRequest);
const JSON_TYPE = { 'content-type': 'application/json' };

it('asks, and gives status, headers and body', async () => {
  const server = await serve(
    answering(200, { ...JSON_TYPE, 'x-id': '7', 'set-cookie': 's=3cret' }, '{"a":1}'),
  );
  const url = `${server.origin}/items?x=1#part`;
  const query = { y: 'ä&b', n: 2, flag: true, tag: ['a', 'b'] };
  const output = (await attemptOf(httpRequest, { url, query })) as { headers: object };
  const asked = '/items?x=1&y=%C3%A4%26b&n=2&flag=true&tag=a&tag=b';
  expect(output).toMatchObject({ url: server.origin + asked, status: 200, body: { a: 1 }, encoding: 'json' });
  expect(output.headers).toMatchObject({ 'content-type': 'application/json', 'x-id': '7' });
  expect(JSON.stringify(output)).not.toContain('3cret');
  expect(server.seen).toMatchObject([{ method: 'GET', url: asked, body: '' }]);
  expect(server.seen[0]!.headers).not.toHaveProperty('idempotency-key');
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
  'sends the token with a %s, the same on every attempt',
  async (method) => {
    const server = await serve(answering(201));
    for (const attempt of [1, 2]) {
      await attemptOf(httpRequest, { url: server.origin, method, body: { cents: 5 } }, { attempt });
    }
    const sent = { method, body: '{"cents":5}' };
    expect(server.seen).toMatchObject([sent, sent]);
    for (const { headers } of server.seen) {
      expect(headers).toMatchObject({ 'idempotency-key': TOKEN, 'content-length': '11', ...JSON_TYPE });
    }
  },
);

it('sends text as it is, and headers that the input has in place of its own', async () => {
  const server = await serve(answering(204));
  const headers = { 'Content-Type': 'application/xml', 'IDEMPOTENCY-KEY': 'mine', 'X-Api-Key': 'k' };
  const output = await attemptOf(httpRequest, { url: server.origin, method: 'POST', headers, body: '<a/>' });
  expect(output).toMatchObject({ status: 204, body: '', encoding: 'text' });
  expect(server.seen[0]).toMatchObject({
    body: '<a/>',
    headers: { 'content-type': 'application/xml', 'idempotency-key': 'mine', 'x-api-key': 'k' },
  });
});

it('follows a redirect after a POST by a GET without its body', async () => {
  const server = await serve((request, response) =>
    request.method === 'POST' ? response.writeHead(303, { location: '/done' }).end() : response.end('done'),
  );
  const output = await attemptOf(httpRequest, { url: server.origin, method: 'POST', body: {} });
  expect(output).toMatchObject({ url: `${server.origin}/done`, status: 200, body: 'done' });
  expect(server.seen[1]).toMatchObject({ method: 'GET', body: '' });
  const stays = await attemptOf(httpRequest, { url: server.origin, method: 'POST', maxRedirects: 0 });
  expect(stays).toMatchObject({ status: 303, headers: { location: '/done' } });
});

describe('a status', () => {
  it.each([
    [400, true],
    [401, true],
    [404, true],
    [409, true],
    [410, true],
    [422, true],
    [304, true],
    [408, false],
    [425, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
  ])('%i fails for good: %s', async (status, nonRetryable) => {
    const server = await serve(answering(status, JSON_TYPE, '{"error":\n "no"}'));
    const { type, message, ...failure } = await failureOf(httpRequest, {
      url: `${server.origin}/a?key=s3cret`,
    });
    expect(failure).toMatchObject({ nonRetryable });
    expect(type).toBe(nonRetryable ? 'HttpPermanent' : 'HttpTransient');
    const said = status === 304 ? '.' : ': {"error": "no"}';
    expect(message).toMatch(new RegExp(`^GET ${server.origin}/a answered ${status} [A-Za-z ]+`));
    expect(message.endsWith(said), message).toBe(true);
  });

  it.each([429, 503])('%i is not tried again before Retry-After', async (status) => {
    const server = await serve(answering(status, { 'retry-after': '7' }));
    expect(await failureOf(httpRequest, { url: server.origin })).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('may be expected, in place of 200 to 299', async () => {
    const server = await serve(answering(404, {}, 'none'));
    const input = { url: server.origin, expectStatus: [404] };
    expect(await attemptOf(httpRequest, input)).toMatchObject({ status: 404, body: 'none' });
    expect(await failureOf(httpRequest, { ...input, expectStatus: [200] })).toMatchObject({
      type: 'HttpPermanent',
    });
  });
});

it('refuses a response that is too large to be stored, and says that the request was made', async () => {
  const server = await serve(answering(200, {}, '\u0001'.repeat(400_000)));
  expect(await failureOf(httpRequest, { url: server.origin })).toMatchObject({
    type: 'HttpResponseUnusable',
    nonRetryable: true,
    message: expect.stringContaining('What the request did there is done.') as string,
  });
});

it('shows the names of headers and no value, neither in the input nor in what a server quotes of it', async () => {
  const server = await serve(answering(401, JSON_TYPE, '{"error":"unknown token s3cret-t0ken"}'));
  const given = { url: server.origin, headers: { Authorization: 'Bearer s3cret-t0ken' } };
  const shown = redact(given, jsonSchemaOf(httpRequest.input, 'input'));
  expect(shown).toEqual({ url: server.origin, headers: { Authorization: '[redacted]' } });
  const failure = await failureOf(httpRequest, given);
  expect(failure.message).toContain('answered 401 Unauthorized: {"error":"unknown token [redacted]"}');
  expect(JSON.stringify(failure)).not.toContain('s3cret');
});

describe('a credential', () => {
  const input = (origin: string) => ({ url: origin, credential: 'SHOP' });

  it('is sent to its origin, and is in no output and no failure', async () => {
    const echo = await serve((request, response) => {
      const { authorization = '' } = request.headers;
      response.writeHead(request.url === '/fail' ? 400 : 200, { 'x-echo': authorization }).end(authorization);
    });
    vi.stubEnv('HTTP_CREDENTIAL_SHOP', `${echo.origin} Authorization: Bearer s3cret-t0ken`);
    const output = await attemptOf(httpRequest, input(echo.origin));
    expect(echo.seen[0]!.headers.authorization).toBe('Bearer s3cret-t0ken');
    expect(output).toMatchObject({ body: '[redacted]', headers: { 'x-echo': '[redacted]' } });
    const failure = await failureOf(httpRequest, { ...input(`${echo.origin}/fail`) });
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });

  it('goes nowhere else, not by the input and not by a redirect', async () => {
    const other = await serve(answering(200));
    const shop = await serve(answering(302, { location: other.origin }));
    vi.stubEnv('HTTP_CREDENTIAL_SHOP', `${shop.origin} X-Api-Key: s3cret`);
    expect(await failureOf(httpRequest, input(other.origin))).toMatchObject({ type: 'HttpRequestRefused' });
    expect(other.connections()).toBe(0);
    await attemptOf(httpRequest, input(shop.origin));
    expect(shop.seen[0]!.headers['x-api-key']).toBe('s3cret');
    expect(other.seen[0]!.headers).not.toHaveProperty('x-api-key');
  });

  it.each([
    undefined,
    '',
    's3cret',
    'https://a.example Bearer s3cret',
    'https://a.example/path X: s3cret',
    'ftp://a.example X: s3cret',
    'https://u:p@a.example X: s3cret',
  ])('that is set to %j is named, and not quoted', async (value) => {
    vi.stubEnv('HTTP_CREDENTIAL_SHOP', value);
    const failure = await failureOf(httpRequest, input('https://a.example/'));
    expect(failure).toMatchObject({ type: 'HttpNotConfigured', nonRetryable: true });
    expect(failure.message).toContain('HTTP_CREDENTIAL_SHOP');
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });
});

it.each([
  ['a line break in a header', { headers: { 'X-A': 'b\r\nX-C: d' } }, 'headers.X-A'],
  ['a line feed in a header', { headers: { 'X-A': 'b\n' } }, 'headers.X-A'],
  ['NUL in a header', { headers: { 'X-A': '\0' } }, 'headers.X-A'],
  ['a header with an umlaut', { headers: { 'X-A': 'ü' } }, 'headers.X-A'],
  ['a line break in the name of a header', { headers: { 'X\r\nY': 'b' } }, 'headers'],
  ['a colon in the name of a header', { headers: { 'X:Y': 'b' } }, 'headers'],
  ['a header without a name', { headers: { '': 'b' } }, 'headers'],
  ['a header twice', { headers: { 'X-A': '1', 'x-a': '2' } }, 'headers'],
  ['Host', { headers: { Host: 'evil.example' } }, 'headers'],
  ['Transfer-Encoding', { headers: { 'transfer-encoding': 'chunked' } }, 'headers'],
  ['Content-Length', { headers: { 'Content-Length': '0' } }, 'headers'],
  ['Connection', { headers: { connection: 'x-secret' } }, 'headers'],
  ['Upgrade', { headers: { upgrade: 'h2c' } }, 'headers'],
  ['Proxy-Authorization', { headers: { 'Proxy-Authorization': 'x' } }, 'headers'],
  [
    '51 headers',
    { headers: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`x-${n}`, ''])) },
    'headers',
  ],
  ['CONNECT', { method: 'CONNECT' }, 'method'],
  ['TRACE', { method: 'TRACE' }, 'method'],
  ['a line break in the method', { method: 'GET / HTTP/1.1\r\nX: y' }, 'method'],
  ['a body of a GET', { body: {} }, 'body'],
  ['a credential by path', { credential: '../X' }, 'credential'],
  ['a hundred redirects', { maxRedirects: 100 }, 'maxRedirects'],
  ['an agent', { agent: {} }, 'agent'],
  ['a socket path', { socketPath: '/var/run/docker.sock' }, 'socketPath'],
])('refuses %s before anything is sent, and names the field', async (_case, fields, field) => {
  const server = await serve(answering(200));
  const found = await failureOf(httpRequest, { url: server.origin, ...fields });
  expect(found).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
  expect(found.message).toMatch(new RegExp(`[\`"]${field.replace('.', '\\.')}`));
  expect(server.connections()).toBe(0);
});

it('is of level idempotent, and makes five attempts of 30 s', () => {
  expect(httpRequest.level).toBe('idempotent');
  expect(httpRequest.policy).toMatchObject({
    maximumAttempts: 5,
    initialIntervalMs: 1_000,
    timeoutMs: 30_000,
  });
});
