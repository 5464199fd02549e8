import { describe, expect, test } from 'vitest';
import { clientOf, invocation, json, problem, scripted } from './support.ts';

const accepted = json(202, invocation('running'));
const completed = json(200, invocation('completed', { output: { ok: true } }));

describe('what is sent', () => {
  test('start asks for the acceptance only', async () => {
    const api = await scripted(accepted);
    const handle = await clientOf(api.url).action('mail.send').start({ to: 'a' });
    expect(handle.id).toBe('inv_1');
    expect(api.seen).toMatchObject([
      {
        method: 'POST',
        path: '/v1/actions/mail.send/invoke',
        body: '{"to":"a"}',
        headers: {
          ...{ authorization: 'Bearer the-key', 'content-type': 'application/json' },
          prefer: 'respond-async',
        },
      },
    ]);
    expect(api.seen[0]!.headers).not.toHaveProperty('idempotency-key');
  });

  test('a key is quoted, deadline and delay given in milliseconds', async () => {
    const api = await scripted(completed);
    const options = { idempotencyKey: ' a"b\\c', deadline: '2m', delay: '1m' };
    await clientOf(api.url).action('mail.send').run(null, options);
    expect(api.seen[0]!.headers).toMatchObject({
      'idempotency-key': '" a\\"b\\\\c"',
      'invocation-deadline': '120000',
      'invocation-delay': '60000',
      prefer: 'wait=30',
    });
  });

  test.each(['..', 'mail.send/../..', 'Mail', ''])('a bad name sends nothing: "%s"', async (name) => {
    const api = await scripted(completed);
    await expect(clientOf(api.url).action(name).run({})).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' });
    expect(api.seen).toEqual([]);
  });

  test.each(['..', 'inv_1/cancel', 'inv 1', ''])('a bad id sends nothing: "%s"', async (id) => {
    const api = await scripted(completed);
    const { invocations } = clientOf(api.url);
    await expect(invocations.get(id)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
    await expect(invocations.audit(id)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
    expect(api.seen).toEqual([]);
  });

  test('a list is asked for with its filters in the query', async () => {
    const page = { items: [], nextCursor: null };
    const api = await scripted(json(200, page));
    const filters = { name: 'mail.send', status: 'failed', since: '2026-01-01', cursor: 'a-_b' } as const;
    expect(await clientOf(api.url).invocations.list(filters)).toEqual(page);
    const { pathname, searchParams } = new URL(api.seen[0]!.path, api.url);
    expect([pathname, Object.fromEntries(searchParams)]).toEqual([
      '/v1/invocations',
      { ...filters, since: '2026-01-01T00:00:00.000Z', limit: '50' },
    ]);
  });

  test('an input that JSON cannot hold is refused as `client` refuses it', async () => {
    const api = await scripted(completed);
    await expect(clientOf(api.url).action('mail.send').run({ n: 1n })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('`n`') as string,
    });
    expect(api.seen).toEqual([]);
  });

  test('a filter that is none sends nothing', async () => {
    const api = await scripted(completed);
    await expect(clientOf(api.url).invocations.list({ limit: 1_000 })).rejects.toMatchObject({
      code: 'QUERY_INVALID',
    });
    expect(api.seen).toEqual([]);
  });
});

describe('what comes back', () => {
  test('run waits for the answer, and on from there until the invocation has closed', async () => {
    const api = await scripted(accepted, json(200, invocation('running')), completed);
    const run = await clientOf(api.url).action('mail.send').run({});
    expect(run).toMatchObject({ id: 'inv_1', status: 'completed', output: { ok: true } });
    expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/actions/mail.send/invoke',
      'GET /v1/invocations/inv_1',
      'GET /v1/invocations/inv_1',
    ]);
    expect(api.seen[1]!.headers['prefer']).toBe('wait=30');
  });

  test('invoke returns the output', async () => {
    const api = await scripted(accepted, completed);
    expect(await clientOf(api.url).action('mail.send').invoke({})).toEqual({ ok: true });
  });

  test('an invocation that failed is thrown with all that is known of it', async () => {
    const error = { code: 'OUTPUT_INVALID', type: 'OutputInvalid', message: 'No id.' };
    const failed = invocation('failed', { error });
    const api = await scripted(json(200, failed));
    const action = clientOf(api.url).action('mail.send');
    for (const verb of ['run', 'invoke'] as const) {
      await expect(action[verb]({})).rejects.toMatchObject({
        name: 'DoError',
        code: 'OUTPUT_INVALID',
        message: expect.stringContaining('OutputInvalid: No id.') as string,
        invocation: failed,
      });
    }
  });

  test.each([
    [401, 'UNAUTHORIZED'],
    [404, 'ACTION_NOT_FOUND'],
    [422, 'IDEMPOTENCY_MISMATCH'],
    [400, 'INPUT_INVALID'],
    [429, 'RATE_LIMITED'],
  ])('a problem of status %i is thrown as %s with its own words', async (status, code) => {
    const api = await scripted(problem(status, code));
    await expect(clientOf(api.url).action('mail.send').run({})).rejects.toMatchObject({
      code,
      message: `The detail of ${code}.`,
    });
    expect(api.seen).toHaveLength(1);
  });

  test('a code of a newer API keeps its text', async () => {
    const api = await scripted(problem(409, 'SOMETHING_NEW'));
    await expect(clientOf(api.url).invocations.get('inv_1')).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'SOMETHING_NEW: The detail of SOMETHING_NEW.',
    });
  });

  test.each([
    ['a page', (status: number) => json(status, 'a page of another program'), 200],
    ['an error page', (status: number) => json(status, 'a page of another program'), 404],
    ['an object of something else', (status: number) => json(status, { hello: 'world' }), 200],
  ])('%s is told to be no answer of this API', async (_what, answer, status) => {
    const api = await scripted(answer(status));
    await expect(clientOf(api.url).invocations.get('inv_1')).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('DO_BASE_URL') as string,
    });
  });

  test('a list that is none is told to be no answer of this API', async () => {
    const api = await scripted(json(200, { items: 'none' }));
    await expect(clientOf(api.url).invocations.list()).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('DO_BASE_URL') as string,
    });
  });

  test('the key follows no redirect', async () => {
    const elsewhere = await scripted(completed);
    const api = await scripted((res) => res.writeHead(307, { location: elsewhere.url }).end());
    await expect(clientOf(api.url).action('mail.send').run({})).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringContaining('redirect') as string,
    });
    expect(elsewhere.seen).toEqual([]);
  });
});

test('reading, auditing and cancelling are one request each', async () => {
  const audit = { invocation: invocation('running'), entries: [] };
  const api = await scripted(accepted, json(200, invocation('running')), json(200, audit), accepted);
  const handle = await clientOf(api.url).action('mail.send').start({});
  expect(await handle.describe()).toMatchObject({ id: 'inv_1', status: 'running' });
  expect(await handle.audit()).toEqual(audit);
  await handle.cancel();
  expect(api.seen.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/invocations/inv_1',
    'GET /v1/invocations/inv_1/audit',
    'POST /v1/invocations/inv_1/cancel',
  ]);
});
