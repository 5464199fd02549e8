import { expect, test } from 'vitest';
import { serve } from './support.ts';

const WORKFLOW = '/v1/workflows/customer.onboard';
const get = (path: string) => ({ method: 'GET', path });

test('actions and workflows are listed and described apart', async () => {
  const api = await serve();
  const names = async (path: string) => {
    const { items } = (await api.send(get(path))).body as { items: { name: string }[] };
    return items.map(({ name }) => name);
  };
  expect([await names('/v1/actions'), await names('/v1/workflows')]).toEqual([
    ['mail.send'],
    ['customer.onboard'],
  ]);
  expect((await api.send(get(WORKFLOW))).body).toEqual({
    ...{ name: 'customer.onboard', version: '3', description: null, inputSchema: null, outputSchema: null },
    ...{ deadline: '90s', build: 'b1', signals: ['plan.chosen'] },
  });
});

test('a workflow is invoked as an action is', async () => {
  const api = await serve();
  const path = `${WORKFLOW}/invoke`;
  const headers = { 'idempotency-key': 'k', prefer: 'respond-async', 'invocation-delay': '2s' };
  const answer = await api.send({ path, headers, body: '{"plan":"team"}' });
  expect(answer).toMatchObject({
    status: 202,
    headers: { location: '/v1/invocations/inv_1' },
    body: { kind: 'workflow', name: 'customer.onboard', status: 'running' },
  });
  expect(api.backend.started).toEqual([
    {
      ...{ kind: 'workflow', name: 'customer.onboard', input: { plan: 'team' } },
      ...{ idempotencyKey: 'k', delayMs: 2_000, detached: true },
    },
  ]);
});

test('one that was accepted but cannot be read is told as the workflow it is', async () => {
  const api = await serve();
  api.backend.readFailure = new Error('the server has gone');
  const { status, body } = await api.send({ path: `${WORKFLOW}/invoke` });
  expect([status, body]).toMatchObject([202, { kind: 'workflow', name: 'customer.onboard', version: '3' }]);
});

test.each([
  ['/v1/workflows/mail.send/invoke', 'WORKFLOW_NOT_FOUND', '/v1/actions/mail.send'],
  ['/v1/actions/customer.onboard/invoke', 'ACTION_NOT_FOUND', WORKFLOW],
  ['/v1/workflows/no.such/invoke', 'WORKFLOW_NOT_FOUND', 'GET /v1/workflows'],
  ['/v1/workflows/No%20Such/invoke', 'WORKFLOW_NOT_FOUND', 'No Such'],
  ['/v1/workflows/%zz/invoke', 'WORKFLOW_NOT_FOUND', 'percent'],
])('POST %s is 404 %s, before its body is looked at', async (path, code, hint) => {
  const api = await serve();
  const { status, body } = await api.send({ path, body: 'no json', headers: { 'idempotency-key': '' } });
  expect([status, body['code'], body['detail']]).toEqual([404, code, expect.stringContaining(hint)]);
  expect(api.backend.started).toEqual([]);
});

test('the other name space is 404 for reading, too, and other methods are 405', async () => {
  const api = await serve();
  expect((await api.send(get('/v1/workflows/mail.send'))).body).toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  expect((await api.send(get('/v1/actions/customer.onboard'))).body).toMatchObject({
    code: 'ACTION_NOT_FOUND',
  });
  expect(await api.send(get(`${WORKFLOW}/invoke`))).toMatchObject({
    status: 405,
    headers: { allow: 'POST' },
  });
});

test('an invalid key, media type or body of a workflow is refused in the order of an action', async () => {
  const api = await serve();
  const path = `${WORKFLOW}/invoke`;
  const codes = [
    await api.send({ path, body: '{', headers: { 'idempotency-key': '', 'content-type': 'text/plain' } }),
    await api.send({ path, body: '{', headers: { 'content-type': 'text/plain' } }),
    await api.send({ path, body: '{' }),
    await api.send({ path, body: '' }),
    await api.send({ path, body: JSON.stringify('x'.repeat(1_048_576)) }),
    await api.send({ path, headers: { authorization: null } }),
  ].map(({ status, body }) => [status, body['code']]);
  expect(codes).toEqual([
    [400, 'IDEMPOTENCY_KEY_INVALID'],
    [415, 'MEDIA_TYPE_UNSUPPORTED'],
    [400, 'BODY_INVALID'],
    [400, 'BODY_INVALID'],
    [413, 'INPUT_TOO_LARGE'],
    [401, 'UNAUTHORIZED'],
  ]);
});
