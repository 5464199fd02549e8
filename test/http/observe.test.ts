import { expect, test } from 'vitest';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { createLog } from '../../src/log/index.ts';
import type { RawRequest } from './support.ts';
import { serve } from './support.ts';

const get = (path: string, headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'GET',
  path,
  headers,
});

async function logged(deps: Parameters<typeof serve>[0] = {}) {
  const lines: Record<string, unknown>[] = [];
  const texts: string[] = [];
  const write = (line: string) => {
    texts.push(line);
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  const log = createLog({ level: 'debug', readable: false, write });
  const api = await serve({ log, onError: undefined as never, ...deps });
  return { api, lines, texts };
}

test('each request is one line: its id, route, status, caller and invocation, and nothing that it carried', async () => {
  const { api, lines, texts } = await logged();
  const path = '/v1/actions/mail.send/invoke?token=hidden-in-query';
  const headers = { prefer: 'respond-async', 'x-request-id': 'trace-1' };
  const answer = await api.send({ path, headers, body: '{"password":"hidden-in-body"}' });
  expect(answer.headers['x-request-id']).toBe('trace-1');
  await expect.poll(() => lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    ...{ level: 'debug', msg: 'request', method: 'POST', route: '/v1/actions/:name/invoke', status: 202 },
    ...{ requestId: 'trace-1', caller: 'dev', name: 'mail.send', invocationId: 'inv_1' },
  });
  expect(texts.join('')).not.toContain('hidden');
  expect(texts.join('')).not.toContain('test-key');
});

test('an id that is none of a request is replaced, so that no line can be forged by it', async () => {
  const { api } = await logged();
  for (const id of ['a b', '"x"', 'a'.repeat(129), '']) {
    const answer = await api.send(get('/healthz', { 'x-request-id': id }));
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('a path that is no route is not in the log, whatever it holds', async () => {
  const { api, lines, texts } = await logged();
  await api.send(get('/v1/%0a%1b[31m/do_0123456789abcdef_' + 'x'.repeat(43)));
  await expect.poll(() => lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ route: 'none', status: 404 });
  expect(texts[0]).not.toMatch(/x{20}|31m/);
});

test('case 49: a fault is told in full with its request, without any key that is in it', async () => {
  const key = `do_0123456789abcdef_${'s'.repeat(43)}`;
  const failure = new Error(`connect postgres://app:hunter2@db/app with Bearer ${key}`);
  const { api, lines, texts } = await logged();
  api.backend.readFailure = failure;
  const answer = await api.send(get('/v1/invocations/inv_1', { 'x-request-id': 'r-1' }));
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('hunter2');
  await expect.poll(() => lines.length).toBe(2);
  expect(lines[0]).toMatchObject({ level: 'error', requestId: 'r-1', error: { type: 'Error' } });
  expect(texts.join('')).not.toMatch(/hunter2|s{20}/);
  expect(texts[0]).toContain('app:[redacted]@db');
});

test('/metrics counts by route and name, for a key that may read everything, and has no key or path in it', async () => {
  const { api } = await logged({
    authenticate: keyAuthenticator([
      { id: 'dev', scopes: ['admin'], secret: 'test-key-of-128-bits-or-more' },
      { id: 'part', scopes: ['read:mail.*'], secret: 'part' },
      { id: 'acme:all', scopes: ['admin'], secret: 'acme' },
    ]),
  });
  await api.send({ headers: { prefer: 'respond-async' } });
  await api.send(get('/v1/secret-path', { authorization: 'Bearer wrong-key' }));
  const answer = await api.send(get('/metrics'));
  expect(answer.headers['content-type']).toContain('text/plain');
  expect(answer.text).toContain('do_invocations_accepted_total{name="mail.send"} 1');
  expect(answer.text).toMatch(
    /do_http_request_duration_seconds_count\{method="POST",route="\/v1\/actions\/:name\/invoke",status="202"\} 1/,
  );
  expect(answer.text).toContain('do_http_refused_total{why="key"} 1');
  expect(answer.text).toContain('process_cpu_seconds_total');
  expect(answer.text).not.toMatch(/secret-path|wrong-key|test-key/);
  for (const key of ['part', 'acme'])
    expect((await api.send(get('/metrics', { authorization: `Bearer ${key}` }))).status).toBe(403);
  expect((await api.send(get('/metrics', { authorization: null }))).status).toBe(401);
});
