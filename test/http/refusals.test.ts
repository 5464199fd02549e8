import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import type { RawRequest } from './support.ts';
import { serve } from './support.ts';

type Case = [what: string, request: RawRequest, status: number, code: string];

const MIB = 1_048_576;
const noKey = { authorization: null };
const get = (path: string): RawRequest => ({ method: 'GET', path });
const key = (value: string | string[]): RawRequest => ({ headers: { 'idempotency-key': value } });
const type = (value: string | null): RawRequest => ({ headers: { 'content-type': value } });
const unknown = '/v1/actions/mail.unknown/invoke';

const cases: Record<string, Case[]> = {
  'the API key': [
    ['no key', { headers: noKey }, 401, 'UNAUTHORIZED'],
    ['a wrong key', { headers: { authorization: 'Bearer wrong' } }, 401, 'UNAUTHORIZED'],
    ['an empty key', { headers: { authorization: 'Bearer ' } }, 401, 'UNAUTHORIZED'],
    ['another scheme', { headers: { authorization: 'Basic dGVzdA==' } }, 401, 'UNAUTHORIZED'],
    ['no key on an unknown route', { ...get('/v1/nothing'), headers: noKey }, 401, 'UNAUTHORIZED'],
    ['no key with a wrong method', { ...get(unknown), headers: noKey }, 401, 'UNAUTHORIZED'],
  ],
  'the route': [
    ['an unknown route', get('/v1/nothing'), 404, 'ROUTE_NOT_FOUND'],
    ['the root', get('/'), 404, 'ROUTE_NOT_FOUND'],
    ['another case', get('/V1/actions'), 404, 'ROUTE_NOT_FOUND'],
    ['a slash at the end', get('/v1/actions/'), 404, 'ROUTE_NOT_FOUND'],
    ['a wrong method', get('/v1/actions/mail.send/invoke'), 405, 'METHOD_NOT_ALLOWED'],
    ['an unusual method', { ...get('/v1/actions'), method: 'DELETE', body: '' }, 405, 'METHOD_NOT_ALLOWED'],
    [
      'a method override',
      { ...get('/v1/invocations/inv_9'), headers: { 'x-http-method-override': 'POST' } },
      404,
      'INVOCATION_NOT_FOUND',
    ],
  ],
  'the name and the id': [
    ['an unknown action', { path: unknown }, 404, 'ACTION_NOT_FOUND'],
    ['an unknown action to read', get('/v1/actions/mail.unknown'), 404, 'ACTION_NOT_FOUND'],
    ['an upper-case name', { path: '/v1/actions/Mail.send/invoke' }, 404, 'ACTION_NOT_FOUND'],
    ['a name of Object.prototype', { path: '/v1/actions/__proto__/invoke' }, 404, 'ACTION_NOT_FOUND'],
    ['a method of Object.prototype', { path: '/v1/actions/constructor/invoke' }, 404, 'ACTION_NOT_FOUND'],
    ['a path in a name', { path: '/v1/actions/..%2f..%2fetc/invoke' }, 404, 'ACTION_NOT_FOUND'],
    ['NUL in a name', { path: '/v1/actions/mail.send%00/invoke' }, 404, 'ACTION_NOT_FOUND'],
    ['a broken escape in a name', { path: '/v1/actions/%zz/invoke' }, 404, 'ACTION_NOT_FOUND'],
    ['a name of 10,000 characters', get(`/v1/actions/${'a'.repeat(10_000)}`), 404, 'ACTION_NOT_FOUND'],
    ['an unknown id', get('/v1/invocations/inv_9'), 404, 'INVOCATION_NOT_FOUND'],
    ['a broken escape in an id', get('/v1/invocations/%c3'), 404, 'INVOCATION_NOT_FOUND'],
    ['an unknown id to cancel', { path: '/v1/invocations/inv_9/cancel' }, 404, 'INVOCATION_NOT_FOUND'],
    [
      'an unknown id to compensate',
      { path: '/v1/invocations/inv_9/compensate' },
      404,
      'INVOCATION_NOT_FOUND',
    ],
    ['an unknown id to audit', get('/v1/invocations/inv_9/audit'), 404, 'INVOCATION_NOT_FOUND'],
  ],
  'the query of a list': [
    ['an unknown status', get('/v1/invocations?status=done'), 400, 'QUERY_INVALID'],
    ['an empty status', get('/v1/invocations?status='), 400, 'QUERY_INVALID'],
    ['an unknown kind', get('/v1/invocations?kind=activity'), 400, 'QUERY_INVALID'],
    ['a name that is none', get('/v1/invocations?name=A%22'), 400, 'QUERY_INVALID'],
    ['a time that is none', get('/v1/invocations?since=yesterday'), 400, 'QUERY_INVALID'],
    [
      'a + that is read as a space',
      get('/v1/invocations?until=2026-01-01T00:00:00+01:00'),
      400,
      'QUERY_INVALID',
    ],
    ['a limit of 0', get('/v1/invocations?limit=0'), 400, 'QUERY_INVALID'],
    ['a limit of 201', get('/v1/invocations?limit=201'), 400, 'QUERY_INVALID'],
    ['a limit that is no number', get('/v1/invocations?limit=ten'), 400, 'QUERY_INVALID'],
    ['an unknown filter', get('/v1/invocations?stauts=failed'), 400, 'QUERY_INVALID'],
    ['a filter that is there twice', get('/v1/invocations?limit=1&limit=2'), 400, 'QUERY_INVALID'],
    ['a key to list with', { ...get('/v1/invocations'), headers: noKey }, 401, 'UNAUTHORIZED'],
  ],
  'the idempotency key': [
    ['an empty key', key(''), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['an empty quoted key', key('""'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['256 characters', key('k'.repeat(256)), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['256 quoted characters', key(`"${'k'.repeat(256)}"`), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['a letter outside of ASCII', key('k\u00e9y'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['a control character', key('k\tk'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['an open quote', key('"key'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['a quote inside a quoted key', key('"ke"y"'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['an escape of another character', key('"ke\\y"'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['an escaped closing quote', key('"key\\"'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['a parameter after the key', key('"key";a=1'), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['the header twice', key(['key', 'key']), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['a deadline that is none', { headers: { 'invocation-deadline': 'soon' } }, 400, 'HEADER_INVALID'],
    ['a delay that is none', { headers: { 'invocation-delay': '-1s' } }, 400, 'HEADER_INVALID'],
    [
      'a deadline within the delay',
      { headers: { 'invocation-delay': '10m', 'invocation-deadline': '5m' } },
      400,
      'HEADER_INVALID',
    ],
  ],
  'the media type': [
    ['none', type(null), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['text', type('text/plain'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['a form', type('application/x-www-form-urlencoded'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['something like JSON', type('application/jsonp'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['another charset', type('application/json; charset=utf-16'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['an unknown encoding', { headers: { 'content-encoding': 'lzma' } }, 415, 'MEDIA_TYPE_UNSUPPORTED'],
  ],
  'the body': [
    ['none', { body: '' }, 400, 'BODY_INVALID'],
    ['no JSON', { body: 'hello' }, 400, 'BODY_INVALID'],
    ['a key twice', { body: '{"a":1,"a":1}' }, 400, 'BODY_INVALID'],
    ['20,000 levels', { body: '['.repeat(20_000) + ']'.repeat(20_000) }, 400, 'BODY_INVALID'],
    ['invalid UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'BODY_INVALID'],
    ['a byte more than 1 MiB', { body: `"${'x'.repeat(MIB - 1)}"` }, 413, 'INPUT_TOO_LARGE'],
    [
      'a gzip bomb',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('0'.repeat(50 * MIB)) },
      413,
      'INPUT_TOO_LARGE',
    ],
    [
      'a broken archive',
      { headers: { 'content-encoding': 'gzip' }, body: 'no gzip at all' },
      400,
      'BODY_INVALID',
    ],
  ],
  'the order of the checks': [
    ['key before action', { path: unknown, headers: noKey }, 401, 'UNAUTHORIZED'],
    ['action before idempotency key', { path: unknown, ...key('') }, 404, 'ACTION_NOT_FOUND'],
    [
      'idempotency key before media type',
      { headers: { 'idempotency-key': '', 'content-type': 'text/plain' } },
      400,
      'IDEMPOTENCY_KEY_INVALID',
    ],
    [
      'media type before size',
      { ...type('text/plain'), body: 'x'.repeat(2 * MIB) },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    ['size before syntax', { body: 'x'.repeat(2 * MIB) }, 413, 'INPUT_TOO_LARGE'],
  ],
};

for (const [group, rows] of Object.entries(cases)) {
  describe(`refused because of ${group}`, () => {
    test.each(rows)(`${group}: %s`, async (_what, request, status, code) => {
      const api = await serve();
      const answer = await api.send(request);
      expect(answer.body).toMatchObject({ status, code, type: `/errors/${code}` });
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body['detail']).toMatch(/.{20,}\.$/);
      expect(api.backend.started).toEqual([]);
      expect(api.errors).toEqual([]);
    });
  });
}

describe('accepted', () => {
  const accepted: [what: string, request: RawRequest, started: object][] = [
    ['a bare key', key('a b"c'), { idempotencyKey: 'a b"c' }],
    ['a quoted key', key('"abc"'), { idempotencyKey: 'abc' }],
    ['a quoted key with escapes', key('" a\\"b\\\\c "'), { idempotencyKey: ' a"b\\c ' }],
    ['a key of 255 characters', key(`"${'k'.repeat(255)}"`), { idempotencyKey: 'k'.repeat(255) }],
    ['a lower-case scheme', { headers: { authorization: `bearer ${'another-key'}` } }, { input: {} }],
    ['a charset', type('application/json;charset="UTF-8"'), { input: {} }],
    ['another JSON type', type('application/vnd.api+json; profile=x'), { input: {} }],
    ['a string', { body: '"text"' }, { input: 'text' }],
    ['null', { body: 'null' }, { input: null }],
    ['exactly 1 MiB', { body: `"${'x'.repeat(MIB - 2)}"` }, { name: 'mail.send' }],
    ['gzip', { headers: { 'content-encoding': 'gzip' }, body: gzipSync('[1]') }, { input: [1] }],
    ['brotli', { headers: { 'content-encoding': 'br' }, body: brotliCompressSync('[2]') }, { input: [2] }],
    ['a deadline', { headers: { 'invocation-deadline': '90s' } }, { deadlineMs: 90_000 }],
    ['a deadline in milliseconds', { headers: { 'invocation-deadline': '1500' } }, { deadlineMs: 1500 }],
  ];
  test.each(accepted)('an invocation with %s is started', async (_what, request, started) => {
    const api = await serve();
    const headers = { prefer: 'respond-async', ...request.headers };
    expect((await api.send({ ...request, headers })).status).toBe(202);
    expect(api.backend.started).toMatchObject([started]);
  });
});

describe('what only the backend can refuse', () => {
  test.each([
    ['IDEMPOTENCY_MISMATCH', 422],
    ['INPUT_INVALID', 400],
    ['TEMPORAL_UNAVAILABLE', 503],
    ['FORBIDDEN', 403],
  ] as const)('%s is answered with %i', async (code, status) => {
    const api = await serve();
    api.backend.startFailure = new DoError(code, 'The reason.');
    const answer = await api.send({});
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      type: `/errors/${code}`,
      title: expect.stringMatching(/^[A-Z][a-z ]+$/) as string,
      status,
      detail: 'The reason.',
      code,
    });
    expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
  });

  test.each([
    ['an unexpected exception', new TypeError('secret of the inside')],
    ['an internal error of ours', new DoError('INTERNAL', 'secret of the inside')],
    ['an outcome that is none of a request', new DoError('INVOCATION_FAILED', 'secret of the inside')],
    ['an error with a code of its own', Object.assign(new Error('secret'), { name: 'DoError', code: 'X' })],
  ])('%s is a 500 that tells nothing, and is logged', async (_what, failure) => {
    const api = await serve();
    api.backend.startFailure = failure as DoError;
    const answer = await api.send({});
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ code: 'INTERNAL', type: '/errors/INTERNAL' });
    expect(answer.text).not.toMatch(/secret|at .*\.ts/);
    expect(api.errors).toEqual([failure]);
  });
});

test('401 says which scheme is wanted, and 405 which methods', async () => {
  const api = await serve();
  const unauthorized = await api.send({ headers: noKey });
  expect(unauthorized.headers['www-authenticate']).toBe('Bearer');
  expect((await api.send(get('/v1/actions/mail.send/invoke'))).headers.allow).toBe('POST');
  expect((await api.send({ path: '/v1/actions' })).headers.allow).toBe('GET, HEAD');
  expect((await api.send({ path: '/healthz', headers: noKey })).headers.allow).toBe('GET, HEAD');
});

test('every answer under /v1 forbids caches, and none says what it runs on', async () => {
  const api = await serve();
  for (const request of [get('/v1/actions'), get('/v1/nothing'), { headers: noKey }]) {
    const { headers } = await api.send(request);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers.etag).toBeUndefined();
  }
});
