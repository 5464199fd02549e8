import { describe, expect, test, vi } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import type { ToolEntry } from '../../src/mcp/entry.ts';
import type { Allows } from '../../src/mcp/session.ts';
import { connect, MAIL, textOf } from './support.ts';

const CALL = { name: 'mail__send', arguments: { to: 'a@b.c' } };
const DONE = { status: 'completed', output: { messageId: 'm1' } } as const;

/** Calls, and closes the invocation as soon as it is waited for. */
async function callAndClose(
  connected: Awaited<ReturnType<typeof connect>>,
  change: object,
  call: object = {},
) {
  const { client, backend } = connected;
  const answer = client.callTool({ ...CALL, ...call });
  await vi.waitFor(() => expect(backend.waiting).toBe(1));
  backend.close('inv_1', change);
  return await answer;
}

test('a tool says what it is, what it takes and gives, and what is known of its effects', async () => {
  const transfer: ToolEntry = { ...MAIL, name: 'bank.transfer', level: 'transactional' };
  const { client } = await connect([MAIL, transfer]);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'bank__transfer',
    'invocation_audit',
    'invocation_cancel',
    'invocation_get',
    'mail__send',
  ]);
  const hints = { readOnlyHint: false, destructiveHint: true, idempotentHint: false };
  expect(tools[0]?.annotations).toEqual({ ...hints, openWorldHint: false });
  expect(tools[4]).toMatchObject({
    title: 'mail.send',
    description: 'Sends a mail. A failed call may have acted once: look before repeating it.',
    inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
    annotations: { ...hints, openWorldHint: true },
  });
  expect(tools[3]?.annotations).toMatchObject({ readOnlyHint: true, idempotentHint: true });
});

test('a call is answered with the output, as structure and as text', async () => {
  const connected = await connect();
  const answer = await callAndClose(connected, DONE);
  const expected = { id: 'inv_1', status: 'completed', replayed: false, output: { messageId: 'm1' } };
  expect(answer.structuredContent).toEqual(expected);
  expect(textOf(answer)).toEqual(expected);
  expect(answer.isError).toBeUndefined();
  expect(connected.backend.started).toMatchObject([
    { name: 'mail.send', kind: 'action', input: { to: 'a@b.c' } },
  ]);
});

test('an action is found by its own name too, since no tool has a dot in its name', async () => {
  const answer = await callAndClose(await connect(), DONE, { name: 'mail.send' });
  expect(answer.structuredContent).toMatchObject({ status: 'completed' });
});

test('a repeated call with one key is answered with the outcome of the first and says so', async () => {
  const connected = await connect();
  const call = { arguments: { to: 'a@b.c', idempotencyKey: 'k1' } };
  await callAndClose(connected, DONE, call);
  const again = await connected.client.callTool({ ...CALL, ...call });
  expect(again.structuredContent).toMatchObject({ id: 'inv_1', replayed: true, output: { messageId: 'm1' } });
  const inMeta = await connected.client.callTool({ ...CALL, _meta: { idempotencyKey: 'k1' } });
  expect(inMeta.structuredContent).toMatchObject({ id: 'inv_1', replayed: true });
  expect(connected.backend.started).toHaveLength(1);
});

test('a failed invocation is a result that the model sees', async () => {
  const error = { code: 'INVOCATION_FAILED', type: 'MailboxFull', message: 'no room' };
  const answer = await callAndClose(await connect(), { status: 'failed', error });
  expect(answer.isError).toBe(true);
  expect(textOf(answer)).toEqual({ id: 'inv_1', status: 'failed', replayed: false, error });
});

test('an input that is refused names the field and that nothing was executed', async () => {
  const { client, backend } = await connect();
  backend.startFailure = new DoError('INPUT_INVALID', 'The input is not valid: `to`: no address.');
  const answer = await client.callTool(CALL);
  expect(answer).toMatchObject({ isError: true });
  expect(textOf(answer)).toEqual({
    error: { code: 'INPUT_INVALID', message: 'The input is not valid: `to`: no address.' },
  });
});

test('a fault of ours is told by its code alone', async () => {
  const secret = new Error('postgres://user:password@host');
  const { client, errors } = await connect([MAIL], { entries: () => Promise.reject(secret) });
  const answer = await client.callTool(CALL);
  expect(answer.isError).toBe(true);
  expect(JSON.stringify(answer)).toContain('INTERNAL');
  expect(JSON.stringify(answer)).not.toContain('password');
  await expect(client.listTools()).rejects.toThrow('INTERNAL: The request failed by a fault of the server');
  expect(errors).toEqual([secret, secret]);
});

describe('a call that takes longer than the wait', () => {
  test('is answered with its id, and goes on with the tools for that', async () => {
    const { client, backend } = await connect([MAIL], { waitMs: 20 });
    const answer = await client.callTool(CALL);
    expect(answer.isError).toBeUndefined();
    expect(answer.structuredContent).toMatchObject({ id: 'inv_1', status: 'running', replayed: false });

    const got = client.callTool({ name: 'invocation_get', arguments: { id: 'inv_1', waitSeconds: 50 } });
    await vi.waitFor(() => expect(backend.waiting).toBe(1));
    backend.close('inv_1', DONE);
    expect((await got).structuredContent).toMatchObject({ id: 'inv_1', ...DONE });

    const audit = await client.callTool({ name: 'invocation_audit', arguments: { id: 'inv_1' } });
    expect(audit.structuredContent).toMatchObject({ entries: [{ seq: 1 }], hasMore: false });
    const later = await client.callTool({ name: 'invocation_audit', arguments: { id: 'inv_1', after: 1 } });
    expect(later.structuredContent).toMatchObject({ entries: [] });
    await client.callTool({ name: 'invocation_cancel', arguments: { id: 'inv_1' } });
    expect(backend.cancelled).toEqual(['inv_1']);
  });

  test('is answered at once when the process is about to end', async () => {
    const { client, backend, stopping } = await connect();
    const answer = client.callTool(CALL);
    await vi.waitFor(() => expect(backend.waiting).toBe(1));
    stopping.abort();
    expect((await answer).structuredContent).toMatchObject({ id: 'inv_1', status: 'running' });
    expect(backend.waiting).toBe(0);
  });

  test('tells its progress to a client that asks for it', async () => {
    const { client, backend } = await connect();
    const told: { progress: number; message?: string | undefined }[] = [];
    const answer = client.callTool(CALL, { onprogress: (progress) => told.push(progress) });
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), { timeout: 4_000 });
    backend.close('inv_1', DONE);
    await answer;
    expect(told[0]).toMatchObject({ message: 'inv_1 running, attempt 1' });
    expect(told[0]?.progress).toBeGreaterThan(0);
  });

  test('is no longer waited for when the client gives up, and goes on', async () => {
    const { client, backend } = await connect();
    const giveUp = new AbortController();
    const answer = client.callTool(CALL, { signal: giveUp.signal });
    await vi.waitFor(() => expect(backend.waiting).toBe(1));
    giveUp.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(() => expect(backend.waiting).toBe(0));
    expect(await backend.get('inv_1')).toMatchObject({ status: 'running' });
    expect(backend.cancelled).toEqual([]);
  });

  test('was accepted, so that it is never told as an error when it cannot be read', async () => {
    const { client, backend, errors } = await connect();
    backend.readFailure = new Error('Temporal went away');
    const answer = await client.callTool(CALL);
    expect(answer.structuredContent).toMatchObject({ id: 'inv_1', status: 'running' });
    expect(errors).toHaveLength(1);
  });
});

test('the arguments of the tools for invocations are checked, and the field is named', async () => {
  const { client } = await connect();
  const wrong = await client.callTool({
    name: 'invocation_get',
    arguments: { id: 'inv_1', waitSeconds: 'x' },
  });
  expect(textOf(wrong)).toMatchObject({
    error: { code: 'INPUT_INVALID', message: expect.stringContaining('waitSeconds') as string },
  });
  const unknown = await client.callTool({ name: 'invocation_get', arguments: { id: 'inv_9' } });
  expect(textOf(unknown)).toMatchObject({ error: { code: 'INVOCATION_NOT_FOUND' } });
});

describe('a caller who may not do everything', () => {
  const may =
    (...allowed: string[]): Allows =>
    (need, name) =>
      allowed.some(
        (one) => one === need || (name === undefined ? one.startsWith(need) : one === `${need}:${name}`),
      );
  const others: ToolEntry = { ...MAIL, name: 'bank.transfer' };

  test('sees what he may invoke and nothing else', async () => {
    const { client } = await connect([MAIL, others], { allows: may('invoke:mail.send') });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['invocation_audit', 'invocation_get', 'mail__send']);
  });

  test('gets the same answer for what there is not and for what he may not know of', async () => {
    const { client, backend } = await connect([MAIL, others], { allows: may('invoke:mail.send') });
    const answerTo = async (name: string) =>
      await client.callTool({ name }).then(
        () => 'answered',
        (error: Error) => error.message.replace(name, 'X'),
      );
    expect(await answerTo('bank__transfer')).toBe(await answerTo('bank__nothing'));
    expect(await answerTo('bank.transfer')).toBe(await answerTo('bank.nothing'));
    expect(await answerTo('bank.transfer')).toContain('Unknown tool');
    expect(backend.started).toEqual([]);
  });
});

describe('with 500 actions', () => {
  const many = Array.from({ length: 500 }, (_, at): ToolEntry => ({ ...MAIL, name: `many.a${at}` }));

  test('the list comes in pages, each tool once, and the last one is called', async () => {
    const connected = await connect(many);
    const { client } = connected;
    const first = await client.request({ method: 'tools/list', params: {} });
    expect(first.tools).toHaveLength(250);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(503);
    expect(new Set(tools.map(({ name }) => name)).size).toBe(503);
    const answer = await callAndClose(connected, DONE, { name: tools.at(-1)!.name });
    expect(answer.structuredContent).toMatchObject({ status: 'completed' });
  });

  test('a cursor that no list gave is refused', async () => {
    const { client } = await connect(many);
    await expect(client.listTools({ cursor: '!' })).rejects.toThrow('cursor');
  });
});
