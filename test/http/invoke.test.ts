import { expect, test, vi } from 'vitest';
import type { RawAnswer } from './support.ts';
import { serve } from './support.ts';

const prefer = (value: string) => ({ headers: { prefer: value } });

test('an invocation that closes within the wait is answered with 200, also when it failed', async () => {
  const api = await serve();
  for (const [id, status] of [
    ['inv_1', 'completed'],
    ['inv_2', 'failed'],
    ['inv_3', 'cancelled'],
  ] as const) {
    const answer = api.send({});
    await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
    api.backend.close(id, { status, output: { id } });
    expect(await answer).toMatchObject({ status: 200, body: { id, status, output: { id } } });
    expect((await answer).headers).not.toHaveProperty('location');
    expect((await answer).headers).not.toHaveProperty('preference-applied');
  }
});

test('an invocation that outlasts the wait is answered with 202 and where to find it', async () => {
  const api = await serve();
  const answer = await api.send(prefer('wait=1'));
  expect(answer).toMatchObject({
    status: 202,
    body: { id: 'inv_1', status: 'running' },
    headers: { location: '/v1/invocations/inv_1', 'preference-applied': 'wait=1' },
  });
  expect(api.backend.waiting).toBe(0);
});

test.each([
  ['respond-async', 202, 'respond-async'],
  ['Respond-Async; x=y', 202, 'respond-async'],
  ['wait=0', 202, 'wait=0'],
  ['respond-async, wait=0', 202, 'respond-async, wait=0'],
  ['handling=lenient, wait="0"', 202, 'wait=0'],
])('`Prefer: %s` is answered at once', async (value, status, applied) => {
  const api = await serve();
  const answer = await api.send(prefer(value));
  expect(answer.status).toBe(status);
  expect(answer.headers['preference-applied']).toBe(applied);
  expect(answer.headers.location).toBe('/v1/invocations/inv_1');
});

test.each([
  ['wait=soon', undefined],
  ['wait=-1', undefined],
  ['wait', undefined],
  ['wait=99999', 'wait=300'],
  ['wait=7, wait=0', 'wait=7'],
  ['respond-async, wait=5', 'respond-async, wait=5'],
])('with `Prefer: %s` the answer waits for the invocation', async (value, applied) => {
  const api = await serve();
  const answer = api.send(prefer(value));
  await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
  api.backend.close('inv_1', { status: 'completed' });
  expect((await answer).status).toBe(200);
  expect((await answer).headers['preference-applied']).toBe(applied);
});

test('a key that is used again joins what runs, and is told to be replayed once completed', async () => {
  const api = await serve();
  const keyed = { headers: { 'idempotency-key': 'k', prefer: 'respond-async' } };
  const first = await api.send(keyed);
  const joined = await api.send(keyed);
  api.backend.close('inv_1', { status: 'completed', output: 7 });
  const replayed = await api.send({ headers: { 'idempotency-key': '"k"' } });
  expect([first.body['id'], joined.body['id'], replayed.body['id']]).toEqual(['inv_1', 'inv_1', 'inv_1']);
  expect(first.headers).not.toHaveProperty('idempotent-replayed');
  expect(joined.headers).not.toHaveProperty('idempotent-replayed');
  expect(replayed).toMatchObject({
    status: 200,
    body: { output: 7 },
    headers: { 'idempotent-replayed': 'true' },
  });
  expect(api.backend.started).toHaveLength(1);
});

test('the invocation is asked for in the name of the key that was sent', async () => {
  const api = await serve();
  await api.send({ headers: { authorization: 'Bearer another-key', prefer: 'respond-async' } });
  expect(api.backend.callers).toEqual(['other']);
});

test('a client that goes away ends the waiting and not the invocation', async () => {
  const api = await serve();
  const leaving = new AbortController();
  const answer = api.send({ signal: leaving.signal });
  await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await vi.waitFor(() => expect(api.backend.waiting).toBe(0));
  expect(await api.backend.get('inv_1')).toMatchObject({ status: 'running' });
  expect(api.backend.cancelled).toEqual([]);
  expect(api.errors).toEqual([]);
});

test('an invocation that was accepted but cannot be read is a 202, never an error that invites a repeat', async () => {
  const api = await serve();
  const failure = new Error('the server has gone');
  api.backend.readFailure = failure;
  const answer = await api.send({ headers: { 'idempotency-key': 'k' }, body: '{"to":"a"}' });
  expect(answer).toMatchObject({
    status: 202,
    headers: { location: '/v1/invocations/inv_1' },
    body: {
      ...{ id: 'inv_1', kind: 'action', name: 'mail.send', version: '2', status: 'running', caller: 'dev' },
      ...{ input: { to: 'a' }, idempotencyKey: 'k', closedAt: null },
      links: { self: '/v1/invocations/inv_1', audit: '/v1/invocations/inv_1/audit' },
    },
  });
  expect(api.errors).toEqual([failure]);
});

test('when the process is about to end, those who wait get a 202 at once', async () => {
  const api = await serve();
  const waiting: Promise<RawAnswer>[] = [api.send({}), api.send(prefer('wait=300'))];
  await vi.waitFor(() => expect(api.backend.waiting).toBe(2));
  api.stopping.abort();
  for (const answer of waiting) expect((await answer).status).toBe(202);
  expect((await api.send({})).status).toBe(202);
});
