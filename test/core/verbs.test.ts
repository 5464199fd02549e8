import { describe, expect, test } from 'vitest';
import type { Backend, SignalRequest, StartRequest } from '../../src/core/backend.ts';
import { ActionClient } from '../../src/core/client.ts';
import type { Decision } from '../../src/core/decision.ts';
import { DoError, ERROR_STATUS, isDoError } from '../../src/core/errors.ts';
import type { Invocation, InvocationError } from '../../src/core/invocation.ts';
import { notCompleted } from '../../src/core/outcome.ts';
import type { InvocationQuery } from '../../src/core/query.ts';

const invocationWith = (fields: Partial<Invocation>): Invocation => ({
  id: 'inv_1',
  kind: 'action',
  name: 'email.send',
  version: '1',
  status: 'completed',
  input: { to: 'a' },
  output: { ok: true },
  error: null,
  idempotencyKey: null,
  caller: 'local',
  attempts: 2,
  startedAt: '2026-01-01T00:00:00.000Z',
  closedAt: '2026-01-01T00:00:01.000Z',
  links: { self: '/v1/invocations/inv_1', audit: '/v1/invocations/inv_1/audit', temporal: null },
  ...fields,
});

/** Holds one invocation that has closed. */
class OneInvocation implements Backend {
  readonly requests: StartRequest[] = [];
  readonly queries: InvocationQuery[] = [];
  readonly cancelled: string[] = [];
  readonly told: [string, SignalRequest | Decision][] = [];
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  start = async (request: StartRequest) => {
    this.requests.push(request);
    return { id: this.#invocation.id, replayed: false };
  };
  run = async (request: StartRequest) => {
    this.requests.push(request);
    return this.#invocation;
  };
  output = async () => {
    if (this.#invocation.status !== 'completed') throw notCompleted(this.#invocation);
    return this.#invocation.output;
  };
  get = async () => this.#invocation;
  list = async (query: InvocationQuery) => {
    this.queries.push(query);
    const { input: _input, output: _output, attempts: _attempts, ...item } = this.#invocation;
    return { items: [item], nextCursor: query.cursor === undefined ? 'next' : null };
  };
  audit = async () => ({ invocation: this.#invocation, entries: [] });
  async *follow() {
    yield await this.audit();
  }
  compensate = async (id: string) => ({ id, replayed: false });
  cancel = async (id: string) => void this.cancelled.push(id);
  signal = async (id: string, request: SignalRequest) => void this.told.push([id, request]);
  decide = async (_id: string, name: string, decision: Decision) => void this.told.push([name, decision]);
}

const clientOf = (fields: Partial<Invocation> = {}) => {
  const backend = new OneInvocation(invocationWith(fields));
  return { backend, client: new ActionClient(backend) };
};

describe('of an invocation that completed', () => {
  test('invoke returns the output and run the whole', async () => {
    const { client } = clientOf();
    await expect(client.action('email.send').invoke({})).resolves.toEqual({ ok: true });
    await expect(client.action('email.send').run({})).resolves.toEqual(invocationWith({}));
  });

  test('start gives a handle that reads and cancels it', async () => {
    const { client, backend } = clientOf();
    const handle = await client.action('email.send').start({ to: 'a' });
    expect(handle.id).toBe('inv_1');
    await expect(handle.result()).resolves.toEqual({ ok: true });
    await expect(handle.describe()).resolves.toMatchObject({ id: 'inv_1' });
    await expect(handle.audit()).resolves.toMatchObject({ entries: [] });
    await handle.cancel();
    expect(backend.cancelled).toEqual(['inv_1']);
    expect(backend.requests).toMatchObject([{ name: 'email.send', input: { to: 'a' }, detached: true }]);
  });
});

describe('what a workflow that runs is told', () => {
  test('goes through the handle and by the id alike, with null for no payload', async () => {
    const { client, backend } = clientOf();
    const handle = await client.workflow('customer.onboard').start(null);
    await handle.signal('paid');
    await client.invocations.signal('inv_2', 'paid', { cents: 7 }, { idempotencyKey: 'k' });
    const decision = { digest: 'd', approved: true, reason: 'due' };
    await handle.decide('refund', decision);
    await client.invocations.decide('inv_2', 'refund', { ...decision, data: undefined });
    expect(backend.requests).toMatchObject([{ kind: 'workflow', name: 'customer.onboard' }]);
    expect(backend.told).toEqual([
      ['inv_1', { name: 'paid', payload: null }],
      ['inv_2', { name: 'paid', payload: { cents: 7 }, idempotencyKey: 'k' }],
      ['refund', decision],
      ['refund', decision],
    ]);
  });

  test.each([
    ['signal', { idempotencyKey: '' }, 'IDEMPOTENCY_KEY_INVALID'],
    ['decide', { digest: 'd' }, 'INPUT_INVALID'],
    ['decide', { digest: 'd', approved: true, because: 'so' }, 'INPUT_INVALID'],
    ['decide', null, 'INPUT_INVALID'],
  ] as const)('%s with %o is refused as %s', async (verb, given, code) => {
    const { client, backend } = clientOf();
    const { signal, decide } = client.invocations;
    const told =
      verb === 'signal' ? signal('inv_1', 'paid', 1, given) : decide('inv_1', 'paid', given as never);
    await expect(told).rejects.toMatchObject({ code });
    expect(backend.told).toEqual([]);
  });
});

describe('of an invocation that did not complete', () => {
  const cases: [Invocation['status'], InvocationError][] = [
    ['failed', { code: 'INVOCATION_FAILED', type: 'EAUTH', message: 'denied' }],
    ['failed', { code: 'OUTPUT_INVALID', type: 'OUTPUT_INVALID', message: 'broken' }],
    ['cancelled', { code: 'INVOCATION_CANCELLED', type: 'Cancelled', message: 'cancelled' }],
    ['timed_out', { code: 'INVOCATION_TIMED_OUT', type: 'DeadlineExceeded', message: 'late' }],
    ['terminated', { code: 'INVOCATION_TERMINATED', type: 'Terminated', message: 'ended' }],
  ];

  test.each(cases)(
    '%s by %j: both verbs throw its code, the cause and the whole invocation',
    async (status, error) => {
      const { client } = clientOf({ status, error, output: null });
      const calls = [client.action('email.send').invoke({}), client.action('email.send').run({})];
      for (const call of calls) {
        const thrown = (await call.catch((reason: unknown) => reason)) as DoError;
        expect(thrown).toBeInstanceOf(DoError);
        expect(thrown.code).toBe(thrown.invocation!.error!.code);
        expect(thrown.invocation).toEqual(invocationWith({ status, error, output: null }));
        expect(thrown.cause).toMatchObject({ name: error.type, message: error.message });
        expect(thrown.message).toContain(
          `"email.send" ${status.replace('_', ' ')} after 2 attempts: ${error.type}`,
        );
        expect(thrown.message).toContain('inv_1');
      }
    },
  );

  test.each(['SOMETHING_NEW', 'toString'])(
    'a code that is not known here, %s, becomes the general one',
    (code) => {
      const error = { code, type: 'X', message: 'x' };
      expect(notCompleted(invocationWith({ status: 'failed', error })).code).toBe('INVOCATION_FAILED');
    },
  );

  test('a single attempt is told as one', () => {
    expect(notCompleted(invocationWith({ status: 'failed', attempts: 1 })).message).toContain(
      'after 1 attempt:',
    );
  });
});

describe('the options of a call', () => {
  test('reach the backend, a deadline in milliseconds', async () => {
    const { client, backend } = clientOf();
    await client.action('email.send').invoke(1, { idempotencyKey: 'k 1~', deadline: '2m' });
    expect(backend.requests).toEqual([
      { name: 'email.send', kind: 'action', input: 1, idempotencyKey: 'k 1~', deadlineMs: 120_000 },
    ]);
  });

  test.each(['', 'a\n', 'ü', '\u007f', 'k'.repeat(256)])(
    'refuse the key %j before anything starts',
    async (key) => {
      const { client, backend } = clientOf();
      await expect(client.action('email.send').run(1, { idempotencyKey: key })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_INVALID',
        message: 'Expected `idempotencyKey` to be 1 to 255 printable ASCII characters.',
      });
      expect(backend.requests).toEqual([]);
    },
  );

  test('carry a delay beside the deadline', async () => {
    const { client, backend } = clientOf();
    await client.action('email.send').invoke(1, { delay: '10m', deadline: '1h' });
    expect(backend.requests).toMatchObject([{ delayMs: 600_000, deadlineMs: 3_600_000 }]);
  });

  test('name a deadline that is none', async () => {
    const { client } = clientOf();
    await expect(client.action('email.send').start(1, { deadline: 'never' })).rejects.toThrow('`deadline`');
  });

  test('with a signal that is aborted already start nothing', async () => {
    const { client, backend } = clientOf();
    const signal = AbortSignal.abort('enough');
    await expect(client.action('email.send').invoke(1, { signal })).rejects.toMatchObject({
      code: 'WAIT_ABORTED',
      cause: 'enough',
    });
    expect(backend.requests).toEqual([]);
  });
});

describe('listing', () => {
  test('asks the backend with filters that were checked', async () => {
    const { client, backend } = clientOf();
    const page = await client.invocations.list({ status: 'failed', since: new Date(0) });
    expect(page).toMatchObject({ items: [{ id: 'inv_1' }], nextCursor: 'next' });
    expect(backend.queries).toEqual([{ status: 'failed', since: '1970-01-01T00:00:00.000Z', limit: 50 }]);
  });

  test('rejects, and does not throw, for a filter that is none', async () => {
    const { client, backend } = clientOf();
    await expect(client.invocations.list({ limit: 0 })).rejects.toMatchObject({ code: 'QUERY_INVALID' });
    await expect(client.invocations.all({ limit: 0 }).next()).rejects.toMatchObject({
      code: 'QUERY_INVALID',
    });
    expect(backend.queries).toEqual([]);
  });

  test('all of them goes from page to page with the same filters', async () => {
    const { client, backend } = clientOf();
    const ids: string[] = [];
    for await (const { id } of client.invocations.all({ name: 'email.send', limit: 1 })) ids.push(id);
    expect(ids).toEqual(['inv_1', 'inv_1']);
    const query = { name: 'email.send', limit: 1 };
    expect(backend.queries).toEqual([query, { ...query, cursor: 'next' }]);
  });
});

test('every code has an HTTP status and is written in capitals', () => {
  for (const [code, status] of Object.entries(ERROR_STATUS)) {
    expect(code).toMatch(/^[A-Z_]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
  }
});

test('an error of another copy of this package is recognised', () => {
  expect(isDoError(Object.assign(new Error('x'), { name: 'DoError', code: 'INTERNAL' }))).toBe(true);
  expect(isDoError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
  expect(isDoError({ name: 'DoError', code: 'INTERNAL' })).toBe(false);
});
