import { connect } from 'node:net';
import type { RequestListener } from 'node:http';
import { Agent, get } from 'node:http';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../src/http/listen.ts';

const hello: RequestListener = (_req, res) => res.end('hello');

async function listening(app: RequestListener) {
  const server = await listen(app, 0);
  onTestFinished(() => server.close(0));
  return server;
}

test('it tells the address it listens on', async () => {
  const { url } = await listening(hello);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(url)).text()).toBe('hello');
});

test('a port that is taken is an error that says what to set', async () => {
  const port = Number(new URL((await listening(hello)).url).port);
  await expect(listen(hello, port)).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringMatching(`127.0.0.1:${port}.*set PORT`) as string,
  });
});

test('closing waits for the request that is open and takes no further one', async () => {
  let finish: (() => void) | undefined;
  const server = await listening((_req, res) => (finish = () => res.end('done')));
  const answer = fetch(server.url);
  await vi.waitFor(() => expect(finish).toBeDefined());
  let isClosed = false;
  const closed = server.close(30_000).then(() => (isClosed = true));
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  expect(isClosed).toBe(false);
  finish!();
  expect(await (await answer).text()).toBe('done');
  const answeredAt = performance.now();
  await closed;
  expect(performance.now() - answeredAt).toBeLessThan(5_000);
});

test('closing does not wait for connections that are merely kept open', async () => {
  const server = await listening(hello);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const request = get(server.url, { agent });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  await once(response.resume(), 'end');
  const startedAt = performance.now();
  await server.close(30_000);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a request that never ends is cut off after the limit', async () => {
  let arrived = false;
  const server = await listening(() => (arrived = true));
  const answer = fetch(server.url);
  await vi.waitFor(() => expect(arrived).toBe(true));
  await Promise.all([server.close(50), expect(answer).rejects.toThrow('fetch failed')]);
});

test('what is no HTTP is answered with 400 by the connection itself', async () => {
  const { url } = await listening(hello);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toMatch(/^HTTP\/1\.1 400 /);
});

test.each([
  ['its headers', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'],
])('case 32: a client that sends %s a byte at a time is cut off', async (_what, begin) => {
  const silent: RequestListener = () => undefined;
  const server = await listen(silent, 0, '127.0.0.1', { headersMs: 100, requestMs: 200, checkMs: 20 });
  onTestFinished(() => server.close(0));
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const drip = setInterval(() => socket.write('x'), 10);
  onTestFinished(() => clearInterval(drip));
  socket.on('error', () => undefined).write(begin);
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toMatch(/^HTTP\/1\.1 408 /);
  await once(socket, 'close');
});
