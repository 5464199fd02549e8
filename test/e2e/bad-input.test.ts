import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import type { TestSystem } from '../remote/system.ts';
import { KEY, startSystem } from '../remote/system.ts';

const MIB = 1_048_576;

let executed = 0;
const count = <T>(input: T): T => {
  executed++;
  return input;
};
new Action({ name: 'echo', handler: count });
new Action({ name: 'create.user_v2-x', handler: count });
new Action({ name: 'strict', input: z.strictObject({ n: z.number() }), handler: count });

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => (system as TestSystem | undefined)?.close());
beforeEach(() => void (executed = 0));

interface BadRequest {
  method?: string;
  path?: string;
  /** On top of a valid key and media type; null leaves one out. */
  headers?: Record<string, string | null>;
  body?: string | Buffer;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** node:http and not fetch, which would refuse or normalise what these tests send. */
async function send({ method = 'POST', path = '/v1/actions/echo/invoke', ...rest }: BadRequest) {
  const { hostname, port } = new URL(system.url);
  const all = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...rest.headers };
  const headers = Object.fromEntries(Object.entries(all).flatMap(([k, v]) => (v === null ? [] : [[k, v]])));
  return await new Promise<Answer>((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, path, method, headers, agent: false }, (res) => {
      text(res).then(
        (body) =>
          resolve({
            status: res.statusCode!,
            headers: res.headers,
            body: JSON.parse(body) as Record<string, unknown>,
          }),
        reject,
      );
    });
    outgoing.on('error', reject).end(method === 'GET' ? undefined : (rest.body ?? 'null'));
  });
}

const named = (name: string, action = 'invoke'): BadRequest => ({ path: `/v1/actions/${name}/${action}` });
const typed = (type: string | null): BadRequest => ({ headers: { 'content-type': type } });
const delayed = (delay: string, deadline: string): BadRequest => ({
  headers: { 'invocation-delay': delay, 'invocation-deadline': deadline },
});
const strict = (body: string): BadRequest => ({ ...named('strict'), body });
const manyKeys = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":0`).join()}}`;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

type Row = [what: string, request: BadRequest, status: number, code: string];

/** The numbers are those of the list of faults that the platform has to survive. */
const refused: Row[] = [
  ['31: 3 MB', { body: `"${'x'.repeat(3_000_000)}"` }, 413, 'INPUT_TOO_LARGE'],
  ['31: one byte over 1 MiB', { body: `"${'x'.repeat(MIB - 1)}"` }, 413, 'INPUT_TOO_LARGE'],
  [
    '32: a gzip bomb of 50 MiB',
    { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50 * MIB, '0')) },
    413,
    'INPUT_TOO_LARGE',
  ],
  ['33: 65 levels', { body: nested(65) }, 400, 'BODY_INVALID'],
  ['33: 20,000 levels', { body: nested(20_000) }, 400, 'BODY_INVALID'],
  ['33: 1,000,000 keys', { body: manyKeys(1_000_000) }, 413, 'INPUT_TOO_LARGE'],
  ['33: a key twice', { body: '{"a":1,"a":2}' }, 400, 'BODY_INVALID'],
  ['33: a key twice, once escaped', { body: '{"a":1,"\\u0061":2}' }, 400, 'BODY_INVALID'],
  ['34: invalid UTF-8', { body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }, 400, 'BODY_INVALID'],
  ['34: a lone surrogate', { body: '"\\ud800"' }, 400, 'BODY_INVALID'],
  ['34: a byte order mark', { body: '\ufeff{}' }, 400, 'BODY_INVALID'],
  ['34: NUL', { body: '"a\\u0000b"' }, 400, 'BODY_INVALID'],
  ['35: the action __proto__', named('__proto__'), 404, 'ACTION_NOT_FOUND'],
  ['35: the action toString', named('toString'), 404, 'ACTION_NOT_FOUND'],
  ['36: a path', named('../echo'), 404, 'ROUTE_NOT_FOUND'],
  ['36: an escaped path', named('%2e%2e%2fecho'), 404, 'ACTION_NOT_FOUND'],
  ['36: NUL in a name', named('echo%00'), 404, 'ACTION_NOT_FOUND'],
  ['36: a name of 10,000 characters', named('a'.repeat(10_000)), 404, 'ACTION_NOT_FOUND'],
  ['36: mixed case', named('Echo'), 404, 'ACTION_NOT_FOUND'],
  ['36: a Cyrillic letter that looks Latin', named(encodeURIComponent('есho')), 404, 'ACTION_NOT_FOUND'],
  ['36: a dot at the end', named('echo.'), 404, 'ACTION_NOT_FOUND'],
  ['36: a broken escape', named('%zz'), 404, 'ACTION_NOT_FOUND'],
  ['37: an unknown action', named('no.such'), 404, 'ACTION_NOT_FOUND'],
  ['40: no media type', typed(null), 415, 'MEDIA_TYPE_UNSUPPORTED'],
  ['40: text/plain', typed('text/plain'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
  ['40: UTF-16', typed('application/json; charset=utf-16'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
  ['40: no body', { body: '' }, 400, 'BODY_INVALID'],
  [
    '41: a method override',
    { method: 'GET', headers: { 'x-http-method-override': 'POST' } },
    405,
    'METHOD_NOT_ALLOWED',
  ],
  ['an unknown route', { path: '/v1/nothing' }, 404, 'ROUTE_NOT_FOUND'],
  ['an id that is none', { path: '/v1/invocations/inv_9', method: 'GET' }, 404, 'INVOCATION_NOT_FOUND'],
  ['no API key', { headers: { authorization: null } }, 401, 'UNAUTHORIZED'],
  ['a key of 256 characters', key('k'.repeat(256)), 400, 'IDEMPOTENCY_KEY_INVALID'],
  ['a deadline that is none', { headers: { 'invocation-deadline': 'soon' } }, 400, 'HEADER_INVALID'],
  ['a delay beyond the deadline', delayed('10m', '90s'), 400, 'HEADER_INVALID'],
  ['a filter that is none', { path: '/v1/invocations?status=done', method: 'GET' }, 400, 'QUERY_INVALID'],
  ['what the schema refuses', strict('{"n":"1"}'), 400, 'INPUT_INVALID'],
  ['35: __proto__ against a strict schema', strict('{"n":1,"__proto__":{}}'), 400, 'INPUT_INVALID'],
];

function key(value: string, body?: string): BadRequest {
  return { headers: { 'idempotency-key': value }, ...(body !== undefined && { body }) };
}

describe('over HTTP, with nothing executed,', () => {
  test.each(refused)('%s is refused', async (_what, request, status, code) => {
    const answer = await send(request);
    expect(answer.body).toMatchObject({ status, code, type: `/errors/${code}` });
    expect(answer.status).toBe(status);
    expect(executed).toBe(0);
  });

  const raw = (head: string, body: string) =>
    `POST /v1/actions/echo/invoke HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n${head}\r\n\r\n${body}`;
  const chunked = 'Transfer-Encoding: chunked';
  test.each([
    ['two lengths', raw(`Content-Length: 4\r\n${chunked}`, '4\r\nnull\r\n0\r\n\r\n')],
    ['a chunk without a size', raw(chunked, 'zz\r\nnull\r\n0\r\n\r\n')],
  ])('41: %s are answered 400, and the connection ends', async (_what, bytes) => {
    const socket = connect(Number(new URL(system.url).port), '127.0.0.1');
    socket.write(bytes);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(executed).toBe(0);
  });
});

describe('over HTTP, and taken as it is,', () => {
  test.each([
    [
      '35: __proto__ as data',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ],
    ['31: 1 MiB', `"${'x'.repeat(MIB - 2)}"`],
    ['33: 64 levels', nested(64)],
    ['33: 80,000 keys', manyKeys(80_000)],
  ])('%s', async (_what, body) => {
    const answer = await send({ body });
    expect(answer.body).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(answer.body['output'])).toBe(JSON.stringify(JSON.parse(body)));
    expect('polluted' in {}).toBe(false);
  });

  test('36: dots, dashes and underscores in a name', async () => {
    expect((await send(named('create.user_v2-x'))).body).toMatchObject({ status: 'completed' });
  });
});

describe('an idempotency key', () => {
  test.each([
    ['order and white space', '{"a":1,"b":[2]}', '{ "b" : [2.0], "a":1e0 }'],
    ['escapes', '{"é":"/"}', '{"\\u00e9":"\\/"}'],
  ])('30: with an input that differs by %s only is the same invocation', async (what, first, second) => {
    const [one, two] = [await send(key(`same ${what}`, first)), await send(key(`same ${what}`, second))];
    expect(two.body['id']).toBe(one.body['id']);
    expect(two.headers['idempotent-replayed']).toBe('true');
    expect(executed).toBe(1);
  });

  test.each([
    ['28: another value', '{"a":1}', '{"a":2}'],
    ['30: the same letter composed otherwise', '"\\u00e9"', '"e\\u0301"'],
    ['28: the order of a list', '[1,2]', '[2,1]'],
  ])('with another input is refused: %s', async (what, first, second) => {
    expect((await send(key(`other ${what}`, first))).body).toMatchObject({ status: 'completed' });
    expect((await send(key(`other ${what}`, second))).body).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(executed).toBe(1);
  });

  test('28: a mismatch is told before the verdict of the schema', async () => {
    const once = { ...strict('{"n":1}'), ...key('mismatch first') };
    await send({ ...once, body: '{"n":1}' });
    expect((await send({ ...once, body: '{"n":"1"}' })).status).toBe(422);
  });

  test('29: of another caller is another invocation', async () => {
    const over = await send(key('shared', '7'));
    const direct = await system.clients.temporal.action('echo').run(7, { idempotencyKey: 'shared' });
    expect(direct.id).not.toBe(over.body['id']);
    expect(executed).toBe(2);
  });

  test('27: of 100 calls at once is one invocation and one run', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(key('at once', '{"n":1}'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(executed).toBe(1);
  });
});
