import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApprovalRequest } from '../../src/core/approval.ts';
import type { Invocation } from '../../src/core/invocation.ts';
import { collect, expense, glut, misnamed } from './fixtures/workflows.ts';
import type { TestSystem } from './system.ts';
import { KEY, startSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => (system as TestSystem | undefined)?.close());

let ids = 0;
const fresh = () => ({ id: `i${++ids}` });

const post = (path: string, input?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${system.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    ...(input !== undefined && { body: JSON.stringify(input) }),
  });

const told = async (asked: Promise<Response>) => {
  const answer = await asked;
  return { status: answer.status, body: (await answer.json()) as Invocation & { code?: string } };
};

async function asked(id: string): Promise<ApprovalRequest> {
  const read = async () => {
    const invocation = await system.clients.http.invocations.get(id);
    return (invocation as { approvals?: ApprovalRequest[] }).approvals?.[0];
  };
  await expect.poll(read, { timeout: 10_000 }).toBeDefined();
  return (await read())!;
}

test('100 concurrent requests with one key are one run of the workflow', async () => {
  const input = { ...fresh(), wanted: 1 };
  const requests = Array.from({ length: 100 }, () =>
    told(post('workflows/conformance.collect/invoke', input, { 'idempotency-key': 'hundred' })),
  );
  const first = await told(
    post('workflows/conformance.collect/invoke', input, {
      'idempotency-key': 'hundred',
      prefer: 'respond-async',
    }),
  );
  expect(first.status).toBe(202);
  await post(`invocations/${first.body.id}/signal/note`, 'go');
  const answers = await Promise.all(requests);
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id} ${body.status}`))).toEqual(
    new Set([`200 ${first.body.id} completed`]),
  );
});

test('of 20 concurrent decisions on one request exactly one is taken', async () => {
  const handle = await system.clients.http.workflow(expense).start(fresh());
  const { digest } = await asked(handle.id);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      told(
        post(`invocations/${handle.id}/approvals/expense`, {
          digest,
          approved: true,
          reason: `${number}`,
          data: { account: 'x' },
        }),
      ),
    ),
  );
  const taken = answers.flatMap(({ status }, number) => (status === 200 ? number : []));
  expect(taken).toHaveLength(1);
  const others = answers.filter(({ status }) => status !== 200);
  expect(others.map(({ status }) => status)).toEqual(others.map(() => 409));
  expect(await handle.result()).toMatchObject({ reason: `${taken[0]}` });
});

test('of 20 that repeat one signal with its key, one is delivered', async () => {
  const handle = await system.clients.http.workflow(collect).start({ ...fresh(), wanted: 2 });
  const path = `invocations/${handle.id}/signal/note`;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => told(post(path, 'one', { 'idempotency-key': 'k' }))),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(await told(post(path))).toMatchObject({ status: 202, body: { id: handle.id } });
  expect(await handle.result()).toEqual(['one', null]);
  expect(await told(post(path))).toMatchObject({ status: 409, body: { code: 'INVOCATION_CLOSED' } });
});

test('what was meant for a run that failed does not reach the one that has its key now', async () => {
  const input = { ...fresh(), wanted: 1 };
  const { http } = system.clients;
  const first = await http.workflow(collect).start(input, { idempotencyKey: 'again' });
  await first.cancel();
  await expect(first.result()).rejects.toMatchObject({ code: 'INVOCATION_CANCELLED' });
  const second = await http.workflow(collect).start(input, { idempotencyKey: 'again' });
  expect(second.id).not.toBe(first.id);
  await expect(first.signal('note', 'for the first')).rejects.toMatchObject({ code: 'INVOCATION_CLOSED' });
  await second.signal('note', 'for the second');
  expect(await second.result()).toEqual(['for the second']);
});

test('the statuses of what is refused', async () => {
  const handle = await system.clients.http.workflow(expense).start({ ...fresh(), approvers: ['ada'] });
  const { digest } = await asked(handle.id);
  const of = (name: string) => `invocations/${handle.id}/${name}`;
  const answers = await Promise.all(
    [
      post(of('signal/note')),
      post(of('approvals/refund'), { digest, approved: true }),
      post(of('approvals/expense'), { digest: 'other', approved: true }),
      post(of('approvals/expense'), { digest, approved: true }),
      post(of('approvals/expense'), { digest, approved: 1 }),
      post('invocations/inv_unknown/approvals/expense', { digest, approved: true }),
    ].map(told),
  );
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [404, 'SIGNAL_NOT_FOUND'],
    [404, 'APPROVAL_NOT_FOUND'],
    [409, 'APPROVAL_CONFLICT'],
    [403, 'FORBIDDEN'],
    [400, 'INPUT_INVALID'],
    [404, 'INVOCATION_NOT_FOUND'],
  ]);
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_CANCELLED' });
});

test('what could never be told, or shown, fails the workflow that asks for it', async () => {
  const { http } = system.clients;
  for (const kind of ['signal', 'approval'] as const) {
    await expect(http.workflow(misnamed).run({ kind })).rejects.toMatchObject({
      code: 'INVOCATION_FAILED',
      message: expect.stringContaining('Paid In Full') as string,
    });
  }
  await expect(http.workflow(glut).run({ each: 400_000 })).rejects.toMatchObject({
    invocation: { status: 'failed', error: { message: expect.stringContaining('1 MiB') as string } },
  });
});

test('without a worker signals are taken and decisions are 503, but what the record refuses is told', async () => {
  const handle = await system.clients.http.workflow(expense).start(fresh());
  const other = await system.clients.http.workflow(collect).start({ ...fresh(), wanted: 1 });
  const { digest } = await asked(handle.id);
  await system.drain();
  expect(await told(post(`invocations/${other.id}/signal/note`, 'kept'))).toMatchObject({ status: 202 });
  const decide = (given: string) =>
    told(post(`invocations/${handle.id}/approvals/expense`, { digest: given, approved: true }));
  expect(await decide('other')).toMatchObject({ status: 409, body: { code: 'APPROVAL_CONFLICT' } });
  expect(await decide(digest)).toMatchObject({ status: 503, body: { code: 'WORKER_UNAVAILABLE' } });
});
