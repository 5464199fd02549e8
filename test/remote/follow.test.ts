import { expect, test } from 'vitest';
import type { Audit } from '../../src/core/invocation.ts';
import { RemoteBackend } from '../../src/remote/backend.ts';
import type { Answer } from './support.ts';
import { hangUp, invocation, json, problem, scripted } from './support.ts';

const entry = (seq: number, type: string) => ({ seq, at: '2026-01-01T00:00:00.000Z', type });
const event = (seq: number, type: string) => `id: ${seq}-aaaa\ndata: ${JSON.stringify(entry(seq, type))}\n\n`;
const end = `event: end\nid: end\ndata: ${JSON.stringify(invocation('completed'))}\n\n`;
const stream =
  (...pieces: string[]): Answer =>
  (res) =>
    res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`retry: 1\n\n${pieces.join('')}`);
const running = json(200, invocation('running'));

async function follow(url: string, signal?: AbortSignal): Promise<[string, ...string[]][]> {
  const settings = async () => ({ baseUrl: url, apiKey: 'the-key' });
  const backend = new RemoteBackend({ settings, waitPatienceMs: 3_000 });
  const told: [string, ...string[]][] = [];
  const tell = ({ invocation: { status }, entries }: Audit) =>
    told.push([status, ...entries.map(({ seq, type }) => `${seq} ${type}`)]);
  for await (const audit of backend.follow('inv_1', signal)) tell(audit);
  return told;
}

test('entries are told as they come, with the invocation as it is then, until it has closed', async () => {
  const api = await scripted(stream(event(1, 'a'), event(2, 'b'), end));
  expect(await follow(api.url)).toEqual([['completed', '1 a', '2 b']]);
  expect(api.seen).toMatchObject([
    {
      path: '/v1/invocations/inv_1/audit',
      headers: { accept: 'text/event-stream', authorization: 'Bearer the-key' },
    },
  ]);
  expect(api.seen[0]!.headers).not.toHaveProperty('last-event-id');
});

test('a connection that is lost is opened again behind the last event; what is sent again replaces what was there', async () => {
  const api = await scripted(
    ...[stream(event(1, 'a'), event(2, 'b')), running, hangUp, problem(503, 'TEMPORAL_UNAVAILABLE')],
    stream(event(2, 'late'), event(3, 'b'), end),
  );
  expect(await follow(api.url)).toEqual([
    ['running', '1 a', '2 b'],
    ['completed', '1 a', '2 late', '3 b'],
  ]);
  expect(api.seen.map(({ headers }) => headers['last-event-id'])).toEqual([
    ...[undefined, undefined, '2-aaaa', '2-aaaa', '2-aaaa'],
  ]);
});

test('of one that has closed meanwhile nothing is told before its last entries', async () => {
  const api = await scripted(stream(event(1, 'a')), json(200, invocation('completed')), stream(end));
  expect(await follow(api.url)).toEqual([['completed', '1 a']]);
});

test.each([
  ['answers with JSON', json(200, { invocation: invocation('running'), entries: [entry(1, 'a')] })],
  ['has no stream to give', problem(429, 'RATE_LIMITED')],
])('an API that %s is asked again and again', async (_, first) => {
  const closed = { invocation: invocation('completed'), entries: [entry(1, 'a')] };
  const api = await scripted(first, json(200, closed));
  expect(await follow(api.url)).toEqual([['completed', '1 a']]);
  expect(api.seen[1]!.headers.accept).toBe('application/json');
});

test('what is refused for good is thrown, and so is what is no entry', async () => {
  const unknown = await scripted(problem(404, 'INVOCATION_NOT_FOUND'));
  await expect(follow(unknown.url)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
  const other = await scripted(stream('data: hello\n\n'));
  await expect(follow(other.url)).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('whoever follows no more ends the connection', async () => {
  let isClosed = false;
  const api = await scripted((res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    res.once('close', () => (isClosed = true));
  });
  const controller = new AbortController();
  const followed = follow(api.url, controller.signal);
  await expect.poll(() => api.seen.length).toBe(1);
  controller.abort();
  await expect(followed).rejects.toMatchObject({ code: 'WAIT_ABORTED' });
  await expect.poll(() => isClosed).toBe(true);
});
