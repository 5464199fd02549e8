import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { ApiDeps } from '../../src/http/deps.ts';

const UI = 'http://127.0.0.1:8233';

async function serve(codec: ApiDeps['codec']): Promise<string> {
  const app = createApp({
    backendFor: () => Promise.reject(new Error('not asked')) as never,
    catalogue: { get: () => undefined, list: () => [] },
    authenticate: async (bearer) => ({
      id: bearer === 'other' ? 'acme:ada' : bearer,
      scopes: bearer === 'reader' ? ['read:*'] : ['admin'],
    }),
    ready: async () => undefined,
    codec,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/codec/decode`;
}

const codec = { decode: (body: unknown) => ({ decoded: body }), webUi: async () => `${UI}/` };
const ask = (url: string, key: string, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: '{"payloads":[]}',
  });

test('payloads are decoded for an admin of no tenant, and for nobody else', async () => {
  const url = await serve(codec);
  const answers = await Promise.all(['root', 'reader', 'other'].map((key) => ask(url, key)));
  expect(answers.map(({ status }) => status)).toEqual([200, 403, 403]);
  expect(await answers[0]!.json()).toEqual({ decoded: { payloads: [] } });
  expect((await fetch(url, { method: 'POST' })).status).toBe(401);
});

test('a page of the Web UI may ask, also before it sends a key, and no other page', async () => {
  const url = await serve(codec);
  const before = (origin: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-namespace',
      },
    });
  const allowed = await before(UI);
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, UI]);
  expect(allowed.headers.get('access-control-allow-headers')).toMatch(/Authorization.*X-Namespace/);
  expect((await before('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  expect((await ask(url, 'root', { origin: UI })).headers.get('access-control-allow-origin')).toBe(UI);
});

test('without keys there is no such route', async () => {
  expect((await ask(await serve(undefined), 'root')).status).toBe(404);
});
