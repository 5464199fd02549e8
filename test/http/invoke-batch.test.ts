import { expect, test, vi } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import type { Invocation } from '../../src/core/invocation.ts';
import { limited } from '../../src/http/routes/limited.ts';
import type { RawAnswer, RawRequest, TestApi } from './support.ts';
import { serve } from './support.ts';

const PATH = '/v1/actions/mail.send/invoke-batch';

interface Result {
  status: number;
  replayed?: boolean;
  invocation?: Invocation;
  error?: { code: string; status: number; detail: string };
}

const batch = (items: unknown, more: Partial<RawRequest> = {}): RawRequest => ({
  path: PATH,
  body: JSON.stringify({ items }),
  ...more,
});
const resultsOf = (answer: RawAnswer): Result[] => answer.body['items'] as Result[];
const refusing = (api: TestApi, isRefused: (input: unknown) => boolean, error: Error): void => {
  const start = api.backend.start.bind(api.backend);
  api.backend.start = async (request) => {
    if (isRefused(request.input)) throw error;
    return await start(request);
  };
};

test('each item is answered as if it had been sent alone, in the order of the batch', async () => {
  const api = await serve();
  refusing(api, (input) => input === 'bad', new DoError('INPUT_INVALID', 'No.'));
  const items = [{ input: 1 }, { input: 'bad' }, { input: 3, idempotencyKey: 'k' }];
  const answer = await api.send(batch(items, { headers: { prefer: 'respond-async' } }));
  expect(answer.status).toBe(200);
  expect(resultsOf(answer)).toMatchObject([
    { status: 202, replayed: false, invocation: { input: 1, idempotencyKey: null } },
    { status: 400, error: { status: 400, code: 'INPUT_INVALID', detail: 'No.' } },
    { status: 202, replayed: false, invocation: { input: 3, idempotencyKey: 'k' } },
  ]);
  expect(api.backend.started.map(({ detached }) => detached)).toEqual([true, true]);
});

test('all items share one wait, and each is 200 or 202 by its own invocation', async () => {
  const api = await serve();
  const answer = api.send(batch([{ input: 1 }, { input: 2 }], { headers: { prefer: 'wait=2' } }));
  await vi.waitFor(() => expect(api.backend.waiting).toBe(2));
  api.backend.close('inv_2', { status: 'failed' });
  expect(resultsOf(await answer).map(({ status }) => status)).toEqual([202, 200]);
  expect((await answer).headers['preference-applied']).toBe('wait=2');
});

test('two items with one key are one invocation, and a completed key is replayed', async () => {
  const api = await serve();
  const items = Array.from({ length: 2 }, () => ({ input: 1, idempotencyKey: 'k' }));
  const headers = { prefer: 'respond-async' };
  const first = resultsOf(await api.send(batch(items, { headers })));
  expect(first.map(({ invocation }) => invocation?.id)).toEqual(['inv_1', 'inv_1']);
  api.backend.close('inv_1', { status: 'completed' });
  const second = resultsOf(await api.send(batch(items, { headers })));
  expect(second.map(({ replayed }) => replayed)).toEqual([true, true]);
});

test('a key that is none refuses its item alone', async () => {
  const api = await serve();
  const items = [{ input: 1, idempotencyKey: 'ü' }, { input: 2 }];
  const results = resultsOf(await api.send(batch(items, { headers: { prefer: 'respond-async' } })));
  expect(results).toMatchObject([{ error: { code: 'IDEMPOTENCY_KEY_INVALID' } }, { status: 202 }]);
});

test('when nothing could be accepted for now, the batch is refused as a single one would be', async () => {
  const api = await serve();
  refusing(api, () => true, new DoError('TEMPORAL_UNAVAILABLE', 'Down.'));
  const answer = await api.send(batch([{ input: 1 }, { input: 2 }]));
  expect(answer).toMatchObject({ status: 503, body: { code: 'TEMPORAL_UNAVAILABLE' } });
  expect(answer.headers).toHaveProperty('retry-after');
});

test('an outage in the middle is told item by item', async () => {
  const api = await serve();
  refusing(api, (input) => input === 2, new DoError('TEMPORAL_UNAVAILABLE', 'Down.'));
  const answer = await api.send(
    batch([{ input: 1 }, { input: 2 }], { headers: { prefer: 'respond-async' } }),
  );
  expect([answer.status, ...resultsOf(answer).map(({ status }) => status)]).toEqual([200, 202, 503]);
});

test('what was not foreseen is logged and its reason not told', async () => {
  const api = await serve();
  refusing(api, () => true, new Error('a secret'));
  const answer = await api.send(batch([{ input: 1 }]));
  expect(answer.text).not.toContain('a secret');
  expect(resultsOf(answer)).toMatchObject([{ status: 500, error: { code: 'INTERNAL' } }]);
  expect(api.errors).toHaveLength(1);
});

const refused: [string, unknown, RawRequest['headers'], string, string][] = [
  ['no object', [], {}, 'BODY_INVALID', 'object'],
  ['no items', {}, {}, 'BODY_INVALID', '`items`'],
  ['an empty list', { items: [] }, {}, 'BODY_INVALID', '`items`'],
  ['101 items', { items: Array.from({ length: 101 }, () => ({ input: 1 })) }, {}, 'BODY_INVALID', '`items`'],
  ['an item without input', { items: [{ input: 1 }, {}] }, {}, 'BODY_INVALID', '`items.1.input`'],
  ['a field that is none', { items: [{ input: 1, tenant: 'x' }] }, {}, 'BODY_INVALID', 'tenant'],
  ['a key that is no string', { items: [{ input: 1, idempotencyKey: 7 }] }, {}, 'BODY_INVALID', 'Key'],
  ['a key for all', { items: [{ input: 1 }] }, { 'idempotency-key': 'k' }, 'IDEMPOTENCY_KEY_INVALID', 'each'],
  ['a bad deadline', { items: [{ input: 1 }] }, { 'invocation-deadline': 'x' }, 'HEADER_INVALID', 'Deadline'],
];
test.each(refused)('a batch with %s is 400 as a whole', async (_, body, headers, code, named) => {
  const api = await serve();
  const answer = await api.send({ path: PATH, headers, body: JSON.stringify(body) });
  expect([answer.status, answer.body['code']]).toEqual([400, code]);
  expect(answer.body['detail']).toContain(named);
  expect(api.backend.started).toEqual([]);
});

test('an unknown action is 404 before the body is looked at, and the body limit is that of all', async () => {
  const api = await serve();
  const unknown = await api.send({ path: '/v1/actions/no.such/invoke-batch', body: '{' });
  expect([unknown.status, unknown.body['code']]).toEqual([404, 'ACTION_NOT_FOUND']);
  const large = await api.send(batch([{ input: 'x'.repeat(1_048_576) }]));
  expect([large.status, large.body['code']]).toEqual([413, 'INPUT_TOO_LARGE']);
});

test('workflows are invoked in batches as actions are', async () => {
  const api = await serve();
  const path = '/v1/workflows/customer.onboard/invoke-batch';
  const answer = await api.send(batch([{ input: 1 }], { path, headers: { prefer: 'respond-async' } }));
  expect(resultsOf(answer)).toMatchObject([{ invocation: { kind: 'workflow', name: 'customer.onboard' } }]);
});

test('as many calls as allowed are under way, and the others follow in order, also after a failure', async () => {
  const begun: number[] = [];
  const ends: ((ok: boolean) => void)[] = [];
  const work = limited(2, async (n: number) => {
    begun.push(n);
    await new Promise<void>((resolve, reject) =>
      ends.push((ok) => (ok ? resolve() : reject(new Error('no')))),
    );
    return n;
  });
  const results = Promise.allSettled([1, 2, 3, 4].map(work));
  await vi.waitFor(() => expect(begun).toEqual([1, 2]));
  ends[1]!(false);
  await vi.waitFor(() => expect(begun).toEqual([1, 2, 3]));
  ends[0]!(true);
  await vi.waitFor(() => expect(begun).toEqual([1, 2, 3, 4]));
  ends.slice(2).forEach((end) => end(true));
  expect((await results).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});
