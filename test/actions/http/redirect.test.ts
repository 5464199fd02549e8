import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../src/actions/http/message.ts';
import { nextRequest } from '../../../src/actions/http/redirect.ts';

const ORIGIN = 'https://api.example.com';

const request = (method: string, headers: Record<string, string> = {}): HttpRequest => ({
  method,
  url: new URL(`${ORIGIN}/a?b=c`),
  headers,
  body: method === 'GET' || method === 'HEAD' ? undefined : Buffer.from('{}'),
});

const response = (status: number, location?: string): HttpResponse => ({
  url: new URL(ORIGIN),
  method: 'GET',
  status,
  statusText: '',
  headers: location === undefined ? {} : { location },
  body: Buffer.alloc(0),
});

it.each([
  [301, 'POST', 'GET'],
  [302, 'POST', 'GET'],
  [303, 'POST', 'GET'],
  [303, 'PUT', 'GET'],
  [303, 'DELETE', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [301, 'PUT', 'PUT'],
  [302, 'DELETE', 'DELETE'],
  [302, 'HEAD', 'HEAD'],
  [307, 'POST', 'POST'],
  [308, 'PATCH', 'PATCH'],
])('after %i a %s goes on as %s, with its body if it is the same', (status, method, after) => {
  const first = request(method, {
    'content-type': 'application/json',
    'idempotency-key': 'k',
    accept: '*/*',
  });
  const next = nextRequest(first, response(status, '/next'))!;
  expect(next.method).toBe(after);
  expect(next.url.href).toBe(`${ORIGIN}/next`);
  expect(next.body).toBe(method === after ? first.body : undefined);
  expect(next.headers).toEqual(method === after ? first.headers : { accept: '*/*' });
});

it.each([200, 300, 304, 305, 306, 309, 404])('%i is the answer, also with a Location', (status) => {
  expect(nextRequest(request('GET'), response(status, '/next'))).toBeUndefined();
});

describe('what goes to another origin', () => {
  const secrets = {
    authorization: 'Bearer s3cret',
    cookie: 'session=s3cret',
    'idempotency-key': 's3cret',
    'x-api-key': 's3cret',
    'x-made-up': 's3cret',
  };
  const harmless = { accept: '*/*', 'user-agent': 'do-sdk', 'content-type': 'application/json' };

  it.each([
    'https://evil.example.net/next',
    '//evil.example.net/next',
    'https://api.example.com.evil.net/next',
    'https://api.example.com:8443/next',
  ])('%s, has no header that could be a secret', (location) => {
    const next = nextRequest(request('POST', { ...secrets, ...harmless }), response(307, location))!;
    expect(next.headers).toEqual(harmless);
    expect(next.body?.toString()).toBe('{}');
  });

  it('stays without them on the way back', () => {
    const there = nextRequest(request('GET', secrets), response(302, 'https://evil.example.net/'))!;
    expect(nextRequest(there, response(302, `${ORIGIN}/a`))!.headers).toEqual({});
  });

  it.each(['/next', `${ORIGIN}:443/next`, 'https://API.example.com/next'])('%s is none', (location) => {
    expect(nextRequest(request('GET', secrets), response(302, location))!.headers).toEqual(secrets);
  });
});

it('does not go from https: to http:', () => {
  expect(() => nextRequest(request('GET'), response(302, 'http://api.example.com/'))).toThrow(
    /^Not sent: GET https:\/\/api\.example\.com\/a redirects from https: to http:\.$/,
  );
});

it('does not go to what is no URL', () => {
  expect(() => nextRequest(request('GET'), response(302, 'https://['))).toThrow(
    /redirects to what is no URL/,
  );
});
