import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync, brotliCompressSync, deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../src/actions/http/message.ts';
import type { Sending } from '../../../src/actions/http/send.ts';
import { send } from '../../../src/actions/http/send.ts';
import { allow, answering, serve } from './server.ts';

afterEach(() => vi.unstubAllEnvs());

const MAX_BYTES = 100 * 1_024;

function fetchOnce(url: string, more: Partial<HttpRequest & Sending> = {}): Promise<HttpResponse> {
  const { method = 'GET', headers = {}, body, ...sending } = more;
  return send(
    { method, url: new URL(url), headers, body },
    {
      maxRedirects: 5,
      maxBytes: MAX_BYTES,
      limitMs: 10_000,
      signal: new AbortController().signal,
      ...sending,
    },
  );
}

describe('a name that is public when it is checked and private when it is connected to', () => {
  const at = (address: string) => [{ address, family: 4 }];

  it('is connected to at the address that was checked, and is not looked up again', async () => {
    const server = await serve(answering(200, {}, 'checked'));
    const inside = await serve(answering(200, {}, 'secret'), '127.0.0.2');
    allow('127.0.0.1:*');
    const answers = [at('127.0.0.1'), at('127.0.0.2')];
    const resolve = vi.fn(() => Promise.resolve(answers.shift()!));
    const { body } = await fetchOnce(`http://rebind.example:${server.port}/`, { resolve });
    expect(body.toString()).toBe('checked');
    expect(resolve.mock.calls).toEqual([['rebind.example']]);
    expect(server.seen[0]!.headers.host).toBe(`rebind.example:${server.port}`);
    expect(inside.connections()).toBe(0);
  });

  it('is refused when a redirect to it is looked up anew and leads inside', async () => {
    const inside = await serve(answering(200, {}, 'secret'), '127.0.0.2');
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: `http://rebind.example:${inside.port}/` }).end(),
    );
    allow('127.0.0.1:*');
    const answers = [at('127.0.0.1'), at('127.0.0.2')];
    const resolve = () => Promise.resolve(answers.shift()!);
    await expect(fetchOnce(`http://rebind.example:${server.port}/`, { resolve })).rejects.toMatchObject({
      type: 'HttpRequestRefused',
      nonRetryable: true,
    });
    expect(inside.connections()).toBe(0);
  });

  it('is refused when only one of its addresses is private', async () => {
    const server = await serve(answering(200));
    allow('127.0.0.1:*');
    const resolve = () => Promise.resolve([...at('127.0.0.1'), ...at('127.0.0.2')]);
    await expect(fetchOnce(`http://both.example:${server.port}/`, { resolve })).rejects.toMatchObject({
      type: 'HttpRequestRefused',
    });
    expect(server.connections()).toBe(0);
  });
});

describe('a redirect', () => {
  it.each(['http://127.0.0.2:PORT/', '//127.0.0.2:PORT/', 'http://0x7f.2:PORT/', 'http://2130706434:PORT/'])(
    'to %s is checked as the first request was',
    async (location) => {
      const inside = await serve(answering(200, {}, 'secret'), '127.0.0.2');
      const server = await serve(answering(302, { location: location.replace('PORT', String(inside.port)) }));
      allow('127.0.0.1:*');
      await expect(fetchOnce(server.origin)).rejects.toMatchObject({ type: 'HttpRequestRefused' });
      expect(server.seen).toHaveLength(1);
      expect(inside.connections()).toBe(0);
    },
  );

  it.each([
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'ftp://127.0.0.1/',
    'javascript:alert(1)',
    'http://u:p@127.0.0.1/',
  ])('to %s is refused', async (location) => {
    const server = await serve(answering(302, { location }));
    allow('127.0.0.1:*');
    await expect(fetchOnce(server.origin)).rejects.toMatchObject({ type: 'HttpRequestRefused' });
  });

  it('beyond the allowed number is refused', async () => {
    const server = await serve((request, response) =>
      response.writeHead(302, { location: `${request.url}x` }).end(),
    );
    allow('127.0.0.1:*');
    await expect(fetchOnce(server.origin, { maxRedirects: 3 })).rejects.toThrow(
      /one redirect too many, after 3/,
    );
    expect(server.seen.map(({ url }) => url)).toEqual(['/', '/x', '/xx', '/xxx']);
  });

  it('is the answer where none are allowed, and where it leads nowhere', async () => {
    const server = await serve(answering(302, { location: '/next' }));
    const without = await serve(answering(302));
    allow('127.0.0.1:*');
    expect(await fetchOnce(server.origin, { maxRedirects: 0 })).toMatchObject({ status: 302 });
    expect(await fetchOnce(without.origin)).toMatchObject({ status: 302 });
  });
});

describe('a response', () => {
  const text = 'ten bytes.'.repeat(100);

  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['identity', Buffer.from(text)],
  ])('in the encoding %s is decompressed', async (encoding, body) => {
    const server = await serve(answering(200, { 'content-encoding': encoding }, body));
    allow('127.0.0.1:*');
    expect((await fetchOnce(server.origin)).body.toString()).toBe(text);
  });

  it.each([
    ['as it is', {}, Buffer.alloc(MAX_BYTES + 1)],
    ['once decompressed', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(MAX_BYTES + 1))],
    [
      'by a factor of a thousand once decompressed',
      { 'content-encoding': 'br' },
      brotliCompressSync(Buffer.alloc(1e8)),
    ],
  ])('that is too large %s is refused', async (_how, headers, body) => {
    const server = await serve(answering(200, headers, body));
    allow('127.0.0.1:*');
    // Not the body itself, which a failure of the test would print.
    await expect(fetchOnce(server.origin).then(({ status }) => status)).rejects.toMatchObject({
      type: 'HttpResponseUnusable',
      nonRetryable: true,
      message: expect.stringContaining('more than 100 KiB') as string,
    });
  });

  it('that never ends is cut at the limit', async () => {
    const server = await serve((_request, response) => {
      const drip = setInterval(() => response.write(Buffer.alloc(8_192)), 1);
      response.on('close', () => clearInterval(drip));
    });
    allow('127.0.0.1:*');
    await expect(fetchOnce(server.origin).then(({ status }) => status)).rejects.toMatchObject({
      type: 'HttpResponseUnusable',
    });
  });

  it('in an encoding that nobody asked for is refused', async () => {
    const server = await serve(
      answering(200, { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(text))),
    );
    allow('127.0.0.1:*');
    await expect(fetchOnce(server.origin)).rejects.toMatchObject({ type: 'HttpResponseUnusable' });
  });
});

describe('a request that gets no answer', () => {
  it('was not sent where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    allow('127.0.0.1:*');
    await expect(fetchOnce(`http://127.0.0.1:${port}/`, { method: 'POST' })).rejects.toMatchObject({
      type: 'HttpConnection',
      nonRetryable: false,
      message: expect.stringMatching(/ECONNREFUSED.*Nothing was sent\.$/) as string,
    });
  });

  it.each([
    ['POST', 'HttpOutcomeUnknown'],
    ['DELETE', 'HttpOutcomeUnknown'],
    ['GET', 'HttpConnection'],
  ])('after a %s was sent is %s', async (method, type) => {
    const server = await serve((request) => request.socket.destroy());
    allow('127.0.0.1:*');
    await expect(fetchOnce(server.origin, { method })).rejects.toMatchObject({ type, nonRetryable: false });
  });

  it('is given up at the limit of time, at which the connection ends too', async () => {
    let isOpen = true;
    const server = await serve((request) => request.socket.on('close', () => (isOpen = false)));
    allow('127.0.0.1:*');
    await expect(fetchOnce(server.origin, { limitMs: 200 })).rejects.toThrow(
      /no complete answer within 0.2 s/,
    );
    await expect.poll(() => isOpen).toBe(false);
  });

  it('ends with the reason of the signal, also while a name is looked up', async () => {
    const canceller = new AbortController();
    const resolve = () => {
      canceller.abort(new Error('CANCELLED'));
      return new Promise<never>(() => undefined);
    };
    const { signal } = canceller;
    await expect(fetchOnce('http://slow.example/', { signal, resolve })).rejects.toThrow('CANCELLED');
  });

  it('names what the lookup said, and is tried again', async () => {
    const resolve = () =>
      Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' }));
    await expect(fetchOnce('http://x.example/', { resolve })).rejects.toMatchObject({
      type: 'HttpConnection',
      nonRetryable: false,
      message: expect.stringContaining('ENOTFOUND') as string,
    });
  });
});

it('asks for no proxy, whatever the environment says', async () => {
  const proxy = await serve(answering(200, {}, 'proxy'));
  const server = await serve(answering(200, {}, 'direct'));
  allow('127.0.0.1:*');
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, proxy.origin);
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  expect((await fetchOnce(server.origin)).body.toString()).toBe('direct');
  expect(proxy.connections()).toBe(0);
});
