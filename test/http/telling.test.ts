import { expect, test } from 'vitest';
import type { RawRequest, TestApi } from './support.ts';
import { serve } from './support.ts';

const SIGNAL = '/v1/invocations/inv_1/signal/plan.chosen';
const APPROVAL = '/v1/invocations/inv_1/approvals/refund';

async function running(): Promise<TestApi> {
  const api = await serve();
  await api.send({ headers: { prefer: 'respond-async' } });
  return api;
}

test('a signal is 202 with the invocation; its payload is the body, and its key the header', async () => {
  const api = await running();
  const answer = await api.send({
    path: SIGNAL,
    body: '{"plan":"team"}',
    headers: { 'idempotency-key': '"k 1"' },
  });
  expect(answer).toMatchObject({ status: 202, body: { id: 'inv_1', status: 'running' } });
  expect(api.backend.signals).toEqual([
    ['inv_1', { name: 'plan.chosen', payload: { plan: 'team' }, idempotencyKey: 'k 1' }],
  ]);
  expect(api.backend.callers.at(-1)).toBe('dev');
});

test('a signal without a body has the payload null, whatever its media type', async () => {
  const api = await running();
  for (const type of [null, 'text/plain', 'application/json']) {
    expect(await api.send({ path: SIGNAL, body: '', headers: { 'content-type': type } })).toMatchObject({
      status: 202,
    });
  }
  expect(api.backend.signals.map(([, { payload }]) => payload)).toEqual([null, null, null]);
});

const refused: [string, RawRequest, number, string][] = [
  ['an unknown id', { path: '/v1/invocations/inv_9/signal/note' }, 404, 'INVOCATION_NOT_FOUND'],
  ['a bad name', { path: '/v1/invocations/inv_1/signal/Plan%20Chosen', body: '{' }, 404, 'SIGNAL_NOT_FOUND'],
  [
    'a bad key',
    { path: SIGNAL, headers: { 'idempotency-key': '' }, body: '{' },
    400,
    'IDEMPOTENCY_KEY_INVALID',
  ],
  [
    'another media type',
    { path: SIGNAL, headers: { 'content-type': 'text/plain' } },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  ['no JSON', { path: SIGNAL, body: '{' }, 400, 'BODY_INVALID'],
  ['too much', { path: SIGNAL, body: JSON.stringify('x'.repeat(1_048_576)) }, 413, 'INPUT_TOO_LARGE'],
  ['GET', { path: SIGNAL, method: 'GET' }, 405, 'METHOD_NOT_ALLOWED'],
  ['no name', { path: '/v1/invocations/inv_1/signal' }, 404, 'ROUTE_NOT_FOUND'],
];
test.each(refused)('a signal with %s is refused', async (_, request, status, code) => {
  const api = await running();
  const answer = await api.send(request);
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
  expect(api.backend.signals).toEqual([]);
});

test('a decision is 200 with the invocation', async () => {
  const api = await running();
  const decision = { digest: 'd', approved: false, reason: 'too much', data: [1] };
  const answer = await api.send({ path: APPROVAL, body: JSON.stringify(decision) });
  expect(answer).toMatchObject({ status: 200, body: { id: 'inv_1' } });
  expect(api.backend.decisions).toEqual([['inv_1', 'refund', decision]]);
});

test.each([
  ['null', 'object'],
  ['[]', 'object'],
  ['{"approved":true}', '`digest`'],
  ['{"digest":"d"}', '`approved`'],
  ['{"digest":"d","approved":"false"}', '`approved`'],
  ['{"digest":"d","approved":true,"reason":7}', '`reason`'],
  ['{"digest":"d","approved":true,"comment":"yes"}', '`comment`'],
])('the decision %s is no decision, and told by its field', async (body, field) => {
  const api = await running();
  const answer = await api.send({ path: APPROVAL, body });
  expect(answer).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
  expect(answer.body['detail']).toContain(field);
  expect(api.backend.decisions).toEqual([]);
});

test('a decision on a name that can be none is 404, and one without a body 400', async () => {
  const api = await running();
  const named = await api.send({ path: '/v1/invocations/inv_1/approvals/A%20b', body: '{' });
  const empty = await api.send({ path: APPROVAL, body: '' });
  expect([named.body['code'], empty.body['code']]).toEqual(['APPROVAL_NOT_FOUND', 'BODY_INVALID']);
});
