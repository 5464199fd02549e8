import { expect, test } from 'vitest';
import type { RawRequest } from './support.ts';
import { serve } from './support.ts';

const post = (path: string, body: unknown): RawRequest => ({ path, body: JSON.stringify(body) });
const get = (query: string): RawRequest => ({ method: 'GET', path: `/v1/invocations?${query}` });

test('case 50: what a body says beside the input is the input of an invoke, and decides nothing', async () => {
  const api = await serve();
  const input = { tenant: 'acme', caller: 'boss', status: 'completed', attempt: 7, scopes: ['admin'] };
  const path = '/v1/actions/mail.send/invoke';
  const answer = await api.send({ ...post(path, input), headers: { prefer: 'respond-async' } });
  expect(answer.body).toMatchObject({ status: 'running', caller: 'dev', attempts: 1, input });
  expect(api.backend.callers).toEqual(['dev']);
  expect(Object.keys(api.backend.started[0]!).sort()).not.toContain('tenant');
});

test.each<[string, RawRequest, string]>([
  [
    'an item of a batch',
    post('/v1/actions/mail.send/invoke-batch', { items: [], tenant: 'acme' }),
    'BODY_INVALID',
  ],
  [
    'a decision',
    post('/v1/invocations/inv_1/approvals/ship', { digest: 'd', approved: true, by: 'boss' }),
    'INPUT_INVALID',
  ],
  ['a tenant to list', get('tenant=acme'), 'QUERY_INVALID'],
  ['what may be seen of a list', get('within=%7B%7D'), 'QUERY_INVALID'],
])('case 50: %s that names more than there is is refused', async (_, request, code) => {
  const api = await serve();
  expect((await api.send(request)).body).toMatchObject({ status: 400, code });
  expect([api.backend.started, api.backend.decisions, api.backend.queries]).toEqual([[], [], []]);
});
