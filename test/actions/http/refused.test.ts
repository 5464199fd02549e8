import { afterEach, expect, it, vi } from 'vitest';
import { httpRequest, webhookNotify } from '../../../src/actions/index.ts';
import { failureOf } from '../attempt-of.ts';
import { allow, answering, serve } from './server.ts';

afterEach(() => vi.unstubAllEnvs());

const refusal = { type: 'HttpRequestRefused', nonRetryable: true };

/** PORT is that of a server on 127.0.0.1, which would answer. */
const INSIDE = [
  'http://127.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://2130706433:PORT/',
  'http://017700000001:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7f.0x0.0x0.0x1:PORT/',
  'http://0x7f.1:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://１２７.0.0.1:PORT/',
  'http://①②⑦.0.0.1:PORT/',
  'http://127。0。0。1:PORT/',
  'http://localhost:PORT/',
  'http://localhost.:PORT/',
  'http://LOCALHOST:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[0:0:0:0:0:ffff:7f00:1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'https://127.0.0.1:PORT/',
];

it.each(INSIDE)('%s is refused in every port, and nobody is connected to', async (text) => {
  const server = await serve(answering(200, {}, 'secret'));
  const url = text.replace('PORT', String(server.port));
  allow('public:*');
  expect(await failureOf(httpRequest, { url })).toMatchObject(refusal);
  expect(await failureOf(httpRequest, { url, method: 'POST', body: {} })).toMatchObject(refusal);
  expect(server.connections()).toBe(0);
});

it.each([
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.0.1/',
  'http://100.64.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/latest/meta-data/',
  'http://168.63.129.16/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://8.8.8.8:7233/',
  'http://8.8.8.8:5432/',
  'http://8.8.8.8:25/',
  'https://8.8.8.8:8443/',
])('%s is refused where nothing is configured', async (url) => {
  expect(await failureOf(httpRequest, { url })).toMatchObject(refusal);
});

it('says what kind of address it is and what to set, and not the address that a name has', async () => {
  const { message } = await failureOf(httpRequest, { url: 'http://localhost:5432/' });
  expect(message).toBe(
    'Not sent: the worker is not allowed to reach localhost:5432 (kind of its address: loopback). Allowed is what its HTTP_ALLOW_HOSTS lists, by default public addresses at the ports 80 and 443; whoever operates the worker can add localhost:5432 there.',
  );
});

it('nothing is reached where the setting is none, and a setting that cannot be read is named', async () => {
  allow('none');
  expect(await failureOf(httpRequest, { url: 'http://8.8.8.8/' })).toMatchObject(refusal);
  allow('http://x');
  expect(await failureOf(httpRequest, { url: 'http://8.8.8.8/' })).toMatchObject({
    type: 'HttpNotConfigured',
    nonRetryable: true,
  });
});

it('a webhook goes nowhere else either, and follows no redirect', async () => {
  vi.stubEnv('WEBHOOK_SECRET', `whsec_${Buffer.alloc(24, 1).toString('base64')}`);
  const event = { type: 'x', data: {} };
  const inside = await serve(answering(200), '127.0.0.2');
  const server = await serve(answering(307, { location: inside.origin }));
  expect(await failureOf(webhookNotify, { url: server.origin, ...event })).toMatchObject(refusal);
  expect(server.connections()).toBe(0);
  allow('127.0.0.0/8:*');
  expect(await failureOf(webhookNotify, { url: server.origin, ...event })).toMatchObject({
    type: 'HttpPermanent',
    nonRetryable: true,
  });
  expect(inside.connections()).toBe(0);
});

it.each([
  ['a user and password', 'http://user:s3cret@example.com/'],
  ['a user', 'http://user@example.com/'],
  ['an empty user with a password', 'http://:s3cret@example.com/'],
  ['file:', 'file:///etc/passwd'],
  ['gopher:', 'gopher://127.0.0.1:6379/_INFO'],
  ['ftp:', 'ftp://example.com/'],
  ['data:', 'data:text/plain,x'],
  ['javascript:', 'javascript:alert(1)'],
  ['no scheme', 'example.com'],
  ['no host', 'http:///example.com'],
  ['a backslash', 'http:\\\\127.0.0.1\\'],
  ['a line break', 'http://example.com/\r\nX: y'],
  ['a tab that a parser drops', 'http://127.0.0\t.1/'],
  ['a zone', 'http://[fe80::1%25eth0]/'],
  ['an address out of range', 'http://256.256.256.256/'],
])('a URL with %s is no input', async (_what, url) => {
  for (const [action, more] of [
    [httpRequest, {}],
    [webhookNotify, { type: 'x', data: {} }],
  ] as const) {
    const failure = await failureOf(action, { url, ...more });
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
    expect(failure.message).toMatch(/[`"]url[`"]/);
    expect(failure.message).not.toContain('s3cret');
  }
});
