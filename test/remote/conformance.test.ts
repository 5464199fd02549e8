import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Audit } from '../../src/core/invocation.ts';
import type { TestSystem } from './system.ts';
import { add, decline, flaky, gate, KEY, open, runs, startSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => (system as TestSystem | undefined)?.close());

let ids = 0;
const fresh = () => ({ id: `i${++ids}` });

describe.each(['temporal', 'http'] as const)('the client over %s', (door) => {
  const client = () => system.clients[door];

  test('invoke returns the output', async () => {
    const input = fresh();
    expect(await client().action(add).invoke(input)).toEqual({ run: 1, id: input.id });
  });

  test('run returns the closed invocation', async () => {
    const input = fresh();
    const run = await client().action('conformance.add').run(input);
    expect(run).toMatchObject({
      ...{ kind: 'action', name: 'conformance.add', version: '1', status: 'completed', attempts: 1 },
      ...{ input, output: { run: 1, id: input.id }, error: null, idempotencyKey: null },
      caller: door === 'http' ? 'tester' : 'local',
    });
    expect(await client().invocations.get(run.id)).toEqual(run);
  });

  test('start resolves before the end, and its handle reads everything', async () => {
    const input = fresh();
    const handle = await client().action(gate).start(input);
    expect(await handle.describe()).toMatchObject({ id: handle.id, status: 'running', output: null });
    await vi.waitFor(() => open(input.id));
    expect(await handle.result()).toBe('opened');
    const { invocation, entries } = await handle.audit();
    expect(invocation).toMatchObject({ id: handle.id, status: 'completed' });
    expect(entries.map(({ type }) => type)).toEqual([
      'invocation.started',
      'attempt.scheduled',
      'attempt.started',
      'attempt.completed',
      'invocation.completed',
    ]);
  });

  test('whoever follows is told what happens as it does, and at last the whole audit', async () => {
    const input = fresh();
    const handle = await client().action(gate).start(input);
    const told: Audit[] = [];
    for await (const audit of client().invocations.follow(handle.id)) {
      told.push(audit);
      if (audit.entries.some(({ type }) => type === 'attempt.started')) open(input.id);
    }
    expect(told[0]!.invocation.status).toBe('running');
    expect(told.at(-1)).toEqual(await handle.audit());
  });

  test('every attempt of a flaky action is on record', async () => {
    const run = await client().action(flaky).run(fresh());
    expect(run).toMatchObject({ status: 'completed', attempts: 3, output: 'third time lucky' });
    const { entries } = await client().invocations.audit(run.id);
    const failures = entries.filter(({ type }) => type === 'attempt.failed');
    expect(failures.map(({ attempt, error }) => [attempt, error?.message])).toEqual([
      [1, 'not yet'],
      [2, 'not yet'],
    ]);
  });

  test('an action that fails is thrown with the whole invocation', async () => {
    for (const verb of ['invoke', 'run'] as const) {
      await expect(client().action(decline)[verb](fresh())).rejects.toMatchObject({
        code: 'INVOCATION_FAILED',
        cause: { name: 'CardDeclined', message: 'The card was declined.' },
        invocation: {
          status: 'failed',
          attempts: 1,
          error: { code: 'INVOCATION_FAILED', type: 'CardDeclined', message: 'The card was declined.' },
        },
      });
    }
  });

  test('a key gives the same invocation again, and refuses another input', async () => {
    const input = fresh();
    const options = { idempotencyKey: ` "key" \\ ${door}` };
    const first = await client().action(add).run(input, options);
    expect(await client().action(add).run(input, options)).toEqual(first);
    expect(first.idempotencyKey).toBe(options.idempotencyKey);
    await expect(client().action(add).run(fresh(), options)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
    expect(runs.get(input.id)).toBe(1);
  });

  test('after a failure the key is free, and both invocations stay readable', async () => {
    const input = fresh();
    const options = { idempotencyKey: `decline ${door}` };
    const fail = async () => {
      const call = client().action(decline).run(input, options);
      return await call.then(
        () => 'completed',
        (error: unknown) => asThrown(error).invocation!.id,
      );
    };
    const [first, second] = [await fail(), await fail()];
    expect(first).not.toBe(second);
    expect(runs.get(input.id)).toBe(2);
    for (const id of [first, second]) {
      expect(await client().invocations.get(id)).toMatchObject({ id, status: 'failed' });
    }
  });

  test('a cancelled invocation stops its handler and is thrown as cancelled', async () => {
    const input = fresh();
    const handle = await client().action(gate).start(input);
    await vi.waitFor(() => expect(runs.get(input.id)).toBe(1));
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({
      code: 'INVOCATION_CANCELLED',
      invocation: { id: handle.id, status: 'cancelled' },
    });
    await handle.cancel();
  });

  test('a deadline ends the invocation', async () => {
    await expect(client().action(gate).run(fresh(), { deadline: '300ms' })).rejects.toMatchObject({
      code: 'INVOCATION_TIMED_OUT',
      invocation: { status: 'timed_out' },
    });
  });

  test('a signal ends the waiting and not the invocation', async () => {
    const input = fresh();
    const handle = await client().action(gate).start(input);
    const waiting = handle.result({ signal: AbortSignal.timeout(100) });
    await expect(waiting).rejects.toMatchObject({ code: 'WAIT_ABORTED' });
    await vi.waitFor(() => open(input.id));
    expect(await handle.result()).toBe('opened');
  });

  test('what cannot be is refused with the code that names it', async () => {
    const codes = [
      client().action('conformance.unknown').run({}),
      client().action('conformance.add').run({ id: 7 }),
      client().action('conformance.add').run({ id: 7n }),
      client().invocations.get('inv_unknown'),
      client().invocations.audit('inv_unknown'),
    ].map((call) => call.then(() => 'accepted').catch((error: unknown) => asThrown(error).code));
    expect(await Promise.all(codes)).toEqual([
      'ACTION_NOT_FOUND',
      'INPUT_INVALID',
      'INPUT_INVALID',
      'INVOCATION_NOT_FOUND',
      'INVOCATION_NOT_FOUND',
    ]);
  });
});

interface Thrown {
  code: string;
  invocation?: { id: string };
}
const asThrown = (error: unknown): Thrown => error as Thrown;

const post = (name: string, input: object, headers: Record<string, string> = {}) =>
  fetch(`${system.url}/v1/actions/${name}/invoke`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });

describe('the API on a real Temporal', () => {
  test('100 concurrent requests with one key are one invocation and one run of the handler', async () => {
    const input = fresh();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post('conformance.add', input, { 'idempotency-key': 'hundred' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const invocations = (await Promise.all(answers.map((answer) => answer.json()))) as { id: string }[];
    expect(new Set(invocations.map(({ id }) => id)).size).toBe(1);
    expect(runs.get(input.id)).toBe(1);
  });

  test('a completed invocation is told to be replayed, bare key or quoted, whatever the spelling of the JSON', async () => {
    const input = { ...fresh(), b: 1, a: 2 };
    const first = await post('conformance.add', input, { 'idempotency-key': 'spelled' });
    const { id, b, a } = input;
    const again = await post('conformance.add', { a, b, id }, { 'idempotency-key': '"spelled"' });
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(await again.json()).toEqual(await first.json());
  });

  test('a used key with another input is 422 before the input is looked at', async () => {
    const input = fresh();
    await post('conformance.add', input, { 'idempotency-key': 'used' });
    const other = await post('conformance.add', { id: 7 }, { 'idempotency-key': 'used' });
    expect([other.status, other.headers.get('content-type')]).toEqual([422, 'application/problem+json']);
    const invalid = await post('conformance.add', { id: 7 }, { 'idempotency-key': 'unused' });
    expect([invalid.status, await invalid.json()]).toMatchObject([400, { code: 'INPUT_INVALID' }]);
  });

  test('an action that outlasts the wait is 202 and is found closed where its Location says', async () => {
    const input = fresh();
    const accepted = await post('conformance.gate', input, { prefer: 'wait=1' });
    expect([accepted.status, await accepted.json()]).toMatchObject([202, { status: 'running' }]);
    const closed = fetch(system.url + accepted.headers.get('location')!, {
      headers: { authorization: `Bearer ${KEY}`, prefer: 'wait=20' },
    });
    open(input.id);
    expect([(await closed).status, await (await closed).json()]).toMatchObject([
      200,
      { status: 'completed', output: 'opened' },
    ]);
  });

  test('a failed action is a request that succeeded', async () => {
    const answer = await post('conformance.decline', fresh());
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { status: 'failed', output: null, error: { type: 'CardDeclined' } },
    ]);
  });

  test('the schemas of an action are told', async () => {
    const answer = await fetch(`${system.url}/v1/actions/conformance.add`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(await answer.json()).toMatchObject({
      name: 'conformance.add',
      description: 'Counts how often it runs',
      inputSchema: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
      timeout: '30s',
    });
  });
});
