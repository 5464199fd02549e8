import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovalRequest } from '../../src/core/approval.ts';
import type { DoError } from '../../src/core/errors.ts';
import { collect, confide, decline, expense, fourfold } from './fixtures/workflows.ts';
import type { TestSystem } from './system.ts';
import { startSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => (system as TestSystem | undefined)?.close());

let ids = 0;
const fresh = () => ({ id: `i${++ids}` });

const refusal = (call: Promise<unknown>): Promise<{ code: string; message: string }> =>
  call.then(
    () => ({ code: 'accepted', message: '' }),
    ({ code, message }: DoError) => ({ code, message }),
  );

describe.each(['temporal', 'http'] as const)('a workflow over %s', (door) => {
  const client = () => system.clients[door];
  const caller = door === 'http' ? 'tester' : 'local';

  test('invoke returns the output, by name and by object', async () => {
    const input = fresh();
    expect(await client().workflow(fourfold).invoke(input)).toEqual({ ...input, n: 4 });
    expect(
      await client()
        .workflow('conformance.fourfold')
        .invoke({ ...input, n: 2 }),
    ).toEqual({ ...input, n: 8 });
  });

  test('run returns the closed invocation, and its audit tells how it went', async () => {
    const input = fresh();
    const run = await client().workflow('conformance.fourfold').run(input);
    expect(run).toMatchObject({
      ...{ kind: 'workflow', name: 'conformance.fourfold', version: '4', status: 'completed' },
      ...{ input, output: { ...input, n: 4 }, error: null, idempotencyKey: null, caller },
    });
    const { invocation, entries } = await client().invocations.audit(run.id);
    expect(invocation).toEqual(run);
    expect([entries[0]?.type, entries.at(-1)?.type]).toEqual(['invocation.started', 'invocation.completed']);
  });

  test('one that fails is thrown with the whole invocation', async () => {
    await expect(client().workflow(decline).run(fresh())).rejects.toMatchObject({
      code: 'INVOCATION_FAILED',
      invocation: { kind: 'workflow', status: 'failed', error: { type: 'OrderDeclined' } },
    });
  });

  test('a key joins what runs, replays what has completed, and refuses another input', async () => {
    const input = { ...fresh(), wanted: 1 };
    const options = { idempotencyKey: `collect ${door}` };
    const [first, joined] = [
      await client().workflow(collect).start(input, options),
      await client().workflow(collect).start(input, options),
    ];
    expect(joined.id).toBe(first.id);
    await first.signal('note', 7);
    const run = await client().workflow(collect).run(input, options);
    expect(run).toMatchObject({
      id: first.id,
      status: 'completed',
      output: [7],
      idempotencyKey: options.idempotencyKey,
    });
    const other = client()
      .workflow(collect)
      .run({ ...input, wanted: 2 }, options);
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
  });

  test('signals arrive in order, and once where a key says that it is the same one', async () => {
    const handle = await client()
      .workflow(collect)
      .start({ ...fresh(), wanted: 4 });
    await handle.signal('note', { n: 1 });
    for (let time = 0; time < 3; time++) await handle.signal('note', 2, { idempotencyKey: 'two' });
    await client().invocations.signal(handle.id, 'note');
    await handle.signal('note', 'last');
    expect(await handle.result()).toEqual([{ n: 1 }, 2, null, 'last']);
  });

  test('a decision reaches the workflow with who made it, and is used once', async () => {
    const handle = await client().workflow(expense).start(fresh());
    const { digest } = await asked(handle.id);
    const decision = { digest, approved: true, reason: 'it is due', data: { account: 'travel' } };
    await handle.decide('expense', decision);
    expect(await handle.result()).toEqual({
      ...{ approved: true, by: caller, reason: 'it is due', data: { account: 'travel' } },
    });
    expect(await refusal(client().invocations.decide(handle.id, 'expense', decision))).toMatchObject({
      code: 'INVOCATION_CLOSED',
    });
  });

  test('what cannot be decided is refused with the code that says why', async () => {
    const handle = await client().workflow(expense).start(fresh());
    const { digest } = await asked(handle.id);
    const limited = await client()
      .workflow(expense)
      .start({ ...fresh(), approvers: ['ada'] });
    const request = await asked(limited.id);
    const codes = await Promise.all(
      [
        handle.decide('refund', { digest, approved: true }),
        handle.decide('Not A Name', { digest, approved: true }),
        handle.decide('expense', { digest: 'of something else', approved: true }),
        handle.decide('expense', { digest, approved: 'yes' as never }),
        handle.decide('expense', { digest, approved: true, data: { account: 7 } }),
        limited.decide('expense', { digest: request.digest, approved: true }),
      ].map(refusal),
    );
    expect(codes.map(({ code }) => code)).toEqual([
      ...['APPROVAL_NOT_FOUND', 'APPROVAL_NOT_FOUND', 'APPROVAL_CONFLICT'],
      ...['INPUT_INVALID', 'INPUT_INVALID', 'FORBIDDEN'],
    ]);
    await handle.decide('expense', { digest, approved: false, data: { any: 'thing' } });
    expect(await handle.result()).toMatchObject({ approved: false, by: caller, reason: null });
    await limited.cancel();
  });

  test('cancel, deadline and delay are those of an action', async () => {
    const handle = await client()
      .workflow(collect)
      .start({ ...fresh(), wanted: 1 });
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_CANCELLED' });
    const late = client()
      .workflow(collect)
      .run({ ...fresh(), wanted: 1 }, { deadline: '300ms' });
    await expect(late).rejects.toMatchObject({
      code: 'INVOCATION_TIMED_OUT',
      invocation: { status: 'timed_out' },
    });
    const run = await client().workflow(fourfold).run(fresh(), { delay: '400ms' });
    expect(Date.parse(run.closedAt!) - Date.parse(run.startedAt)).toBeGreaterThanOrEqual(400);
    expect(Date.parse(run.startsAt!) - Date.parse(run.startedAt)).toBe(400);
  });

  test('a signal that comes during the delay does not end it', async () => {
    const handle = await client()
      .workflow(collect)
      .start({ ...fresh(), wanted: 1 }, { delay: '1s' });
    await handle.signal('note', 'early');
    expect(await handle.result()).toEqual(['early']);
    const { startedAt, closedAt } = await handle.describe();
    expect(Date.parse(closedAt!) - Date.parse(startedAt)).toBeGreaterThanOrEqual(1_000);
  });

  test('lists tell workflows from actions', async () => {
    const { id } = await client().workflow('conformance.fourfold').run(fresh());
    const listed = async (kind: 'action' | 'workflow') =>
      (await client().invocations.list({ kind, name: 'conformance.fourfold' })).items;
    await expect.poll(async () => (await listed('workflow')).map((item) => item.id)).toContain(id);
    expect((await listed('workflow')).every(({ kind }) => kind === 'workflow')).toBe(true);
    expect(await listed('action')).toEqual([]);
  });

  test('what cannot be told is refused with the code that says why', async () => {
    const handle = await client()
      .workflow(collect)
      .start({ ...fresh(), wanted: 9 });
    const closed = await client().workflow(fourfold).run(fresh());
    const action = await client().action('conformance.double').run({ n: 1 });
    const { signal } = client().invocations;
    const codes = await Promise.all(
      [
        handle.signal('other'),
        handle.signal('No Name'),
        handle.signal('note', 7n),
        handle.signal('note', 'x'.repeat(1_100_000)),
        handle.signal('note', 1, { idempotencyKey: '' }),
        signal(closed.id, 'note'),
        signal(action.id, 'note'),
        signal('inv_unknown', 'note'),
      ].map(refusal),
    );
    expect(codes.map(({ code }) => code)).toEqual([
      ...[
        'SIGNAL_NOT_FOUND',
        'SIGNAL_NOT_FOUND',
        'INPUT_INVALID',
        'INPUT_INVALID',
        'IDEMPOTENCY_KEY_INVALID',
      ],
      ...['SIGNAL_NOT_FOUND', 'SIGNAL_NOT_FOUND', 'INVOCATION_NOT_FOUND'],
    ]);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_CANCELLED' });
    expect(await refusal(handle.signal('note'))).toMatchObject({ code: 'INVOCATION_CLOSED' });
  });

  async function asked(id: string): Promise<ApprovalRequest> {
    return await expect
      .poll(async () => (await approvalsOf(id))[0], { timeout: 10_000 })
      .toBeDefined()
      .then(async () => (await approvalsOf(id))[0]!);
  }
  const approvalsOf = async (id: string) =>
    ((await client().invocations.get(id)) as { approvals?: ApprovalRequest[] }).approvals ?? [];
});

test('a name of the other kind is refused by both clients with the same words, which hold the cure', async () => {
  const { temporal, http } = system.clients;
  const told = await Promise.all(
    [temporal, http].flatMap((client) => [
      refusal(client.action('conformance.fourfold').invoke(fresh())),
      refusal(client.action(fourfold).invoke(fresh())),
      refusal(client.workflow('conformance.double').invoke({ n: 1 })),
      refusal(client.workflow('conformance.unknown').invoke({})),
    ]),
  );
  const codes = ['ACTION_NOT_FOUND', 'ACTION_NOT_FOUND', 'WORKFLOW_NOT_FOUND', 'WORKFLOW_NOT_FOUND'];
  expect(told.map(({ code }) => code)).toEqual([...codes, ...codes]);
  expect(told[0]).toEqual(told[4]);
  expect(told[2]).toEqual(told[6]);
  expect(told[0]!.message).toContain(
    "`client.workflow('conformance.fourfold')`, over HTTP `/v1/workflows/conformance.fourfold`",
  );
});

test('what schemas of a workflow mark as sensitive is shown by no door: signals, approvals, state, errors', async () => {
  const { temporal, http } = system.clients;
  const handle = await http.workflow(confide).start({ pin: 'p1n-of-it' });
  await handle.signal('card', { card: 'c4rd-of-it', to: 'shop' });
  const asked = async () => (await handle.describe()).approvals?.[0];
  await expect.poll(asked, { timeout: 20_000 }).toMatchObject({ subject: { card: R, cents: 5 } });
  expect(await handle.describe()).toMatchObject({
    input: { pin: R },
    state: { pin: R, card: R, known: true },
  });
  const { digest } = (await asked())!;
  const refused = http.invocations.decide(handle.id, 'pay', { digest, approved: true, data: { code: 7 } });
  await expect(refused).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await http.invocations.decide(handle.id, 'pay', { digest, approved: true, data: { code: 'c0de-of-it' } });
  await expect(handle.result()).rejects.toThrow(`No ${R}, ${R}, ${R}.`);
  for (const { invocations } of [temporal, http]) {
    const { invocation, entries } = await invocations.audit(handle.id);
    expect(JSON.stringify([invocation, entries])).not.toMatch(/-of-it/);
    const told = (type: string) => entries.find((entry) => entry.type === type);
    expect(told('signal.received')?.input).toEqual({ card: R, to: 'shop' });
    expect(told('approval.decided')?.output).toEqual({ code: R });
    expect(told('state.changed')?.output).toMatchObject({ card: R });
  }
  await expect
    .poll(() => http.invocations.list({ name: confide.name, status: 'failed' }), { timeout: 20_000 })
    .toMatchObject({ items: [{ error: { message: `No ${R}, ${R}, ${R}.` } }] });
});

const R = '[redacted]';
