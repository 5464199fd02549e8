import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { TestApi } from './support.ts';
import { KEY, serve } from './support.ts';

const at = '2026-01-01T00:00:00.000Z';
const PATH = '/v1/invocations/inv_1/audit';

interface Listening {
  res: IncomingMessage;
  events: EventSourceMessage[];
  comments: string[];
  ended: Promise<void>;
}

async function running(): Promise<TestApi> {
  const api = await serve();
  await api.send({ headers: { prefer: 'respond-async' } });
  return api;
}

async function listenTo(api: TestApi, lastId?: string, path = PATH, key = KEY): Promise<Listening> {
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'text/event-stream',
    ...(lastId !== undefined && { 'last-event-id': lastId }),
  };
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(api.url + path, { headers, agent: false }, resolve).on('error', reject);
    onTestFinished(() => void outgoing.destroy());
    outgoing.end();
  });
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  });
  res.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  const ended = new Promise<void>((resolve) => res.once('end', resolve));
  return { res, events, comments, ended };
}

const entriesOf = ({ events }: Listening): unknown[] =>
  events.filter(({ event }) => event === undefined).map(({ data }) => JSON.parse(data) as unknown);

test('a stream has the entries of the audit as they come, and ends with the closed invocation', async () => {
  const api = await running();
  const stream = await listenTo(api);
  expect(stream.res.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    vary: 'Accept',
  });
  await vi.waitFor(() => expect(entriesOf(stream)).toHaveLength(1));
  api.backend.tell('inv_1', { type: 'invocation.started', at }, { type: 'attempt.started', at });
  await vi.waitFor(() => expect(entriesOf(stream).at(-1)).toMatchObject({ type: 'attempt.started' }));
  api.backend.close('inv_1', { status: 'completed', output: 7 });
  await stream.ended;
  const last = stream.events.at(-1);
  expect(last).toMatchObject({ event: 'end', id: 'end' });
  expect(JSON.parse(last!.data)).toMatchObject({ id: 'inv_1', status: 'completed', output: 7 });
});

test('a closed invocation is streamed whole, in the order of its audit', async () => {
  const api = await running();
  api.backend.tell(
    'inv_1',
    ...['invocation.started', 'attempt.started', 'invocation.completed'].map(toEntry),
  );
  api.backend.close('inv_1', { status: 'completed' });
  const stream = await listenTo(api);
  await stream.ended;
  const audit = await api.send({ method: 'GET', path: PATH });
  expect(entriesOf(stream)).toEqual(audit.body['entries']);
});

const toEntry = (type: string) => ({ type, at });

test('a client that lost its connection goes on where it was', async () => {
  const api = await running();
  api.backend.tell('inv_1', ...['a', 'b', 'c'].map(toEntry));
  const first = await listenTo(api);
  await vi.waitFor(() => expect(entriesOf(first)).toHaveLength(3));
  const second = await listenTo(api, first.events[1]!.id);
  await vi.waitFor(() => expect(entriesOf(second)).toEqual([{ seq: 3, type: 'c', at }]));
  const third = await listenTo(api, '2');
  await vi.waitFor(() => expect(entriesOf(third)).toHaveLength(1));
});

test('whoever has the end is told to connect no more', async () => {
  const api = await running();
  api.backend.close('inv_1', { status: 'completed' });
  const { res, ended } = await listenTo(api, 'end');
  res.resume();
  await ended;
  expect(res.statusCode).toBe(204);
});

test('a client that goes away ends what follows for it', async () => {
  const api = await running();
  const { res } = await listenTo(api);
  await vi.waitFor(() => expect(api.backend.following).toBe(1));
  res.destroy();
  await vi.waitFor(() => expect(api.backend.following).toBe(0));
  expect(api.errors).toEqual([]);
});

test('a process that is about to end ends its streams, without an end event', async () => {
  const api = await running();
  const stream = await listenTo(api);
  await vi.waitFor(() => expect(api.backend.following).toBe(1));
  api.stopping.abort();
  await stream.ended;
  expect(stream.events.map(({ event }) => event)).not.toContain('end');
});

test('an unknown invocation is a problem, not a stream', async () => {
  const api = await running();
  const headers = { accept: 'text/event-stream' };
  const answer = await api.send({ method: 'GET', path: '/v1/invocations/inv_9/audit', headers });
  expect([answer.status, answer.body['code']]).toEqual([404, 'INVOCATION_NOT_FOUND']);
});

test('whoever takes JSON as well gets JSON, and so does HEAD', async () => {
  const api = await running();
  for (const accept of ['*/*', 'application/json, text/event-stream']) {
    const answer = await api.send({ method: 'GET', path: PATH, headers: { accept } });
    expect(answer.headers['content-type']).toContain('application/json');
  }
  const head = await api.send({ method: 'HEAD', path: PATH, headers: { accept: 'text/event-stream' } });
  expect(head.status).toBe(200);
});

test('a process follows at most 100 invocations, half of them for one caller, and another one when one is let go', async () => {
  const api = await running();
  const ask = (key: string) =>
    api.send({
      method: 'GET',
      path: PATH,
      headers: { accept: 'text/event-stream', authorization: `Bearer ${key}` },
    });
  const streams = await Promise.all(Array.from({ length: 50 }, () => listenTo(api)));
  await vi.waitFor(() => expect(api.backend.following).toBe(50));
  const refused = await ask(KEY);
  expect([refused.status, refused.body['code']]).toEqual([429, 'RATE_LIMITED']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  const others = await Promise.all(
    Array.from({ length: 50 }, () => listenTo(api, undefined, PATH, 'another-key')),
  );
  expect(others.map(({ res }) => res.statusCode)).not.toContain(429);
  expect((await ask('another-key')).status).toBe(429);
  streams[0]!.res.destroy();
  await vi.waitFor(() => expect(api.backend.following).toBe(99));
  expect((await listenTo(api)).res.statusCode).toBe(200);
});

test('a stream ends after five minutes, so that a key is looked up again, and tells no end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const api = await running();
  const stream = await listenTo(api);
  await expect.poll(() => api.backend.following).toBe(1);
  vi.advanceTimersByTime(300_000);
  await stream.ended;
  expect(stream.events.map(({ event }) => event)).not.toContain('end');
});
