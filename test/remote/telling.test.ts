import { describe, expect, test } from 'vitest';
import { clientOf, hangUp, invocation, json, problem, scripted } from './support.ts';

const accepted = json(202, invocation('running'));

test('a workflow is started at the path of workflows', async () => {
  const api = await scripted(accepted);
  await clientOf(api.url).workflow('customer.onboard').start({ to: 'a' });
  expect(api.seen).toMatchObject([{ method: 'POST', path: '/v1/workflows/customer.onboard/invoke' }]);
  const none = clientOf(api.url).workflow('No Name').start({});
  await expect(none).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
});

describe('a signal', () => {
  test('is its payload, with its key quoted', async () => {
    const api = await scripted(accepted);
    await clientOf(api.url).invocations.signal('inv_1', 'plan.chosen', 'team', { idempotencyKey: 'k' });
    expect(api.seen).toMatchObject([
      {
        method: 'POST',
        path: '/v1/invocations/inv_1/signal/plan.chosen',
        body: '"team"',
        headers: { 'idempotency-key': '"k"', 'content-type': 'application/json' },
      },
    ]);
  });

  test('that may have arrived is sent again where its key says that it is the same one', async () => {
    const api = await scripted(hangUp, accepted);
    await clientOf(api.url).invocations.signal('inv_1', 'paid', 1, { idempotencyKey: 'k' });
    expect(api.seen).toHaveLength(2);
  });

  test('that may have arrived is not sent again without a key', async () => {
    const api = await scripted(hangUp, accepted);
    const sent = clientOf(api.url).invocations.signal('inv_1', 'paid', 1);
    await expect(sent).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    expect(api.seen).toHaveLength(1);
  });

  test.each([
    ['Paid', 'inv_1', 'SIGNAL_NOT_FOUND'],
    ['../cancel', 'inv_1', 'SIGNAL_NOT_FOUND'],
    ['paid', 'inv_1/..', 'INVOCATION_NOT_FOUND'],
  ])('with the name "%s" to "%s" is not sent', async (name, id, code) => {
    const api = await scripted(accepted);
    await expect(clientOf(api.url).invocations.signal(id, name)).rejects.toMatchObject({ code });
    expect(api.seen).toEqual([]);
  });
});

describe('a decision', () => {
  const decision = { digest: 'd', approved: false, reason: 'no', data: { n: 1 } };

  test('is sent as it is, once', async () => {
    const api = await scripted(json(200, invocation('running')));
    await clientOf(api.url).invocations.decide('inv_1', 'refund', decision);
    expect(api.seen).toMatchObject([{ method: 'POST', path: '/v1/invocations/inv_1/approvals/refund' }]);
    expect(JSON.parse(api.seen[0]!.body)).toEqual(decision);
  });

  test.each([
    [409, 'APPROVAL_CONFLICT'],
    [403, 'FORBIDDEN'],
    [503, 'WORKER_UNAVAILABLE'],
  ])('that is answered with %i is thrown as %s and not sent again', async (status, code) => {
    const api = await scripted(problem(status, code));
    const decided = clientOf(api.url).invocations.decide('inv_1', 'refund', decision);
    await expect(decided).rejects.toMatchObject({ code, message: `The detail of ${code}.` });
    expect(api.seen).toHaveLength(1);
  });

  test('on a name that can be none is not sent', async () => {
    const api = await scripted(accepted);
    const decided = clientOf(api.url).invocations.decide('inv_1', 'a/b', decision);
    await expect(decided).rejects.toMatchObject({ code: 'APPROVAL_NOT_FOUND' });
    expect(api.seen).toEqual([]);
  });
});
