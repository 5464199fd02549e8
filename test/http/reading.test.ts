import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import { invocationIdOf } from '../../src/core/invocation-id.ts';
import { serve } from './support.ts';

const get = (path: string, prefer: string | null = null) => ({ method: 'GET', path, headers: { prefer } });
const started = { headers: { prefer: 'respond-async' } };

const described = {
  name: 'mail.send',
  version: '2',
  description: 'Sends a mail',
  inputSchema: { type: 'object' },
  outputSchema: null,
  retry: {
    maximumAttempts: 5,
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '90s',
    nonRetryableErrorTypes: [],
  },
  timeout: '2m',
  level: 'idempotent',
  compensatedBy: null,
  concurrency: null,
  rateLimit: null,
  priority: null,
};

test('actions are described in the words of their definition', async () => {
  const api = await serve();
  expect(await api.send(get('/v1/actions'))).toMatchObject({ status: 200, body: { items: [described] } });
  const one = await api.send(get('/v1/actions/mail.send'));
  expect(one.status).toBe(200);
  expect(one.body).toEqual(described);
});

test('HEAD answers as GET does, without a body', async () => {
  const api = await serve();
  const answer = await api.send({ method: 'HEAD', path: '/v1/actions' });
  expect(answer).toMatchObject({ status: 200, text: '' });
});

test('a list passes its filters on and answers with a page', async () => {
  const api = await serve();
  const time = '2026-01-31T12:00:00%2B01:00';
  const filters = `name=mail.send&kind=action&status=failed&since=${time}&until=${time}`;
  const answer = await api.send(get(`/v1/invocations?${filters}&limit=7&cursor=a-_b`));
  expect([answer.status, answer.body]).toEqual([200, { items: [], nextCursor: 'next' }]);
  await api.send(get('/v1/invocations'));
  const iso = '2026-01-31T11:00:00.000Z';
  expect(api.backend.queries).toEqual([
    {
      ...{ name: 'mail.send', kind: 'action', status: 'failed', since: iso, until: iso },
      ...{ limit: 7, cursor: 'a-_b', within: { tenant: 'default', names: ['*'] } },
    },
    { limit: 50, within: { tenant: 'default', names: ['*'] } },
  ]);
});

test('an invocation is read as it is, without waiting', async () => {
  const api = await serve();
  await api.send(started);
  const answer = await api.send(get('/v1/invocations/inv_1'));
  expect(answer).toMatchObject({ status: 200, body: { id: 'inv_1', status: 'running' } });
  expect(answer.headers).not.toHaveProperty('preference-applied');
});

test('a reader that prefers to wait is answered when the invocation has closed', async () => {
  const api = await serve();
  await api.send(started);
  const answer = api.send(get('/v1/invocations/inv_1', 'wait=20'));
  await vi.waitFor(() => expect(api.backend.waiting).toBe(1));
  api.backend.close('inv_1', { status: 'completed', output: 1 });
  expect(await answer).toMatchObject({
    status: 200,
    body: { status: 'completed', output: 1 },
    headers: { 'preference-applied': 'wait=20' },
  });
});

test('who waits for what he has started gets the output whole, and nobody else does', async () => {
  const api = await serve();
  const closed = vi.spyOn(api.backend, 'closed');
  const own = invocationIdOf({ workflowId: 'email.send/dev/x', firstRunId: randomUUID() });
  const other = invocationIdOf({ workflowId: 'email.send/other/x', firstRunId: randomUUID() });
  await api.send(get(`/v1/invocations/${own}`, 'wait=1'));
  await api.send(get(`/v1/invocations/${other}`, 'wait=1'));
  await api.send(get(`/v1/invocations/${own}`));
  expect(closed.mock.calls.map(([id, , options]: unknown[]) => [id, options])).toEqual([
    [own, { isOwn: true }],
    [other, { isOwn: false }],
  ]);
});

test('a reader whose wait is over is told what is known', async () => {
  const api = await serve();
  await api.send(started);
  expect(await api.send(get('/v1/invocations/inv_1', 'wait=1'))).toMatchObject({
    status: 200,
    body: { status: 'running' },
  });
});

test('the audit holds the invocation and its entries', async () => {
  const api = await serve();
  await api.send(started);
  expect(await api.send(get('/v1/invocations/inv_1/audit'))).toMatchObject({
    status: 200,
    body: { invocation: { id: 'inv_1' }, entries: [{ seq: 1, type: 'invocation.started' }] },
  });
});

test('a cancellation is accepted, without a body, and shows the invocation', async () => {
  const api = await serve();
  await api.send(started);
  const path = '/v1/invocations/inv_1/cancel';
  expect(await api.send({ path, body: '', headers: { 'content-type': null } })).toMatchObject({
    status: 202,
    body: { id: 'inv_1' },
  });
  expect(api.backend.cancelled).toEqual(['inv_1']);
});

test('a compensation is accepted, without a body, and shows the invocation that does it', async () => {
  const api = await serve();
  await api.send(started);
  const answer = await api.send({
    path: '/v1/invocations/inv_1/compensate',
    body: '',
    headers: { 'content-type': null },
  });
  expect(answer).toMatchObject({ status: 202, body: { id: 'inv_1' } });
  expect(answer.headers.location).toBe('/v1/invocations/inv_1');
  expect(api.backend.compensated).toEqual(['inv_1']);
});

test('health is told without a key', async () => {
  const api = await serve();
  const headers = { authorization: null };
  expect((await api.send({ ...get('/healthz'), headers })).status).toBe(200);
  expect((await api.send({ ...get('/readyz'), headers })).status).toBe(200);
});

test('an API that cannot reach Temporal is alive and not ready', async () => {
  const outage = new DoError('TEMPORAL_UNAVAILABLE', 'Temporal is out of reach.');
  const api = await serve({ ready: () => Promise.reject(outage) });
  expect((await api.send(get('/healthz'))).status).toBe(200);
  expect(await api.send(get('/readyz'))).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2', 'content-type': 'application/problem+json' },
    body: { code: 'TEMPORAL_UNAVAILABLE', detail: 'Temporal is out of reach.' },
  });
  expect(api.errors).toEqual([]);
});

test('what else keeps the API from being ready is logged and not told', async () => {
  const api = await serve({ ready: () => Promise.reject(new Error('a secret')) });
  const answer = await api.send(get('/readyz'));
  expect(answer.status).toBe(503);
  expect(answer.text).not.toContain('a secret');
  expect(api.errors).toHaveLength(1);
});
