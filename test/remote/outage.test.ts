import { describe, expect, test, vi } from 'vitest';
import type { Answer } from './support.ts';
import { clientOf, hangUp, invocation, json, problem, scripted, scriptedOn } from './support.ts';

const accepted = json(202, invocation('running'));
const completed = json(200, invocation('completed', { output: 1 }));
const unavailable = problem(503, 'TEMPORAL_UNAVAILABLE');
const gatewayPage: Answer = (res) =>
  res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway');
const silent: Answer = () => undefined;

describe('starting', () => {
  test('nobody there is told with the address and what to do', async () => {
    await expect(clientOf('http://127.0.0.1:9').action('mail.send').run({})).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:9 .*`npm start`.*DO_BASE_URL/) as string,
    });
  });

  test.each([
    ['a connection that was cut', hangUp],
    ['a proxy that got no answer', gatewayPage],
  ])('without a key %s is not followed by another request', async (_what, answer) => {
    const api = await scripted(answer, completed);
    await expect(clientOf(api.url).action('mail.send').run({})).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
    });
    expect(api.seen).toHaveLength(1);
  });

  test.each([
    ['a connection that was cut', hangUp],
    ['a proxy that got no answer', gatewayPage],
    ['an API that cannot accept', unavailable],
  ])('with a key %s is followed by the same request', async (_what, answer) => {
    const api = await scripted(answer, answer, completed);
    const run = await clientOf(api.url).action('mail.send').run({}, { idempotencyKey: 'k' });
    expect(run.status).toBe('completed');
    expect(api.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['"k"', '"k"', '"k"']);
  });

  test('an API that says it accepted nothing is asked again, not before the time it names', async () => {
    const api = await scripted(problem(503, 'TEMPORAL_UNAVAILABLE', { 'retry-after': '1' }), completed);
    const startedAt = performance.now();
    await clientOf(api.url).action('mail.send').run({});
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(api.seen).toHaveLength(2);
  });

  test('a time that is too far off is not waited for', async () => {
    const api = await scripted(problem(503, 'TEMPORAL_UNAVAILABLE', { 'retry-after': '3600' }));
    await expect(clientOf(api.url).action('mail.send').run({})).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
    });
    expect(api.seen).toHaveLength(1);
  });
});

describe('waiting', () => {
  test('cut connections, proxies and 503 are waited out', async () => {
    const api = await scripted(accepted, hangUp, gatewayPage, unavailable, completed);
    expect(await clientOf(api.url).action('mail.send').invoke({})).toBe(1);
    expect(api.seen).toHaveLength(5);
  });

  test('an API that is restarted on its port is found again', async () => {
    const api = await scripted(accepted, silent);
    const output = clientOf(api.url).action('mail.send').invoke({});
    await vi.waitFor(() => expect(api.seen).toHaveLength(2));
    api.close();
    const restarted = await scriptedOn(api.port, completed);
    expect(await output).toBe(1);
    expect(restarted.seen).toHaveLength(1);
  });

  test('patience ends, and the last error is told', async () => {
    const api = await scripted(accepted, unavailable);
    await expect(clientOf(api.url, 500).action('mail.send').invoke({})).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
    });
    expect(api.seen.length).toBeGreaterThan(2);
  });

  test('what will not pass is told at once', async () => {
    const api = await scripted(accepted, problem(404, 'INVOCATION_NOT_FOUND'));
    await expect(clientOf(api.url).action('mail.send').invoke({})).rejects.toMatchObject({
      code: 'INVOCATION_NOT_FOUND',
    });
    expect(api.seen).toHaveLength(2);
  });
});

describe('a signal', () => {
  test.each([
    ['an answer', [silent]],
    ['the invocation', [accepted, silent]],
    ['the end of an outage', [unavailable]],
  ])('ends the waiting for %s', async (_what, answers) => {
    const api = await scripted(...answers);
    const controller = new AbortController();
    const reason = new Error('enough');
    const call = clientOf(api.url).action('mail.send').run({}, { signal: controller.signal });
    const rejected = expect(call).rejects.toMatchObject({ code: 'WAIT_ABORTED', cause: reason });
    await vi.waitFor(() => expect(api.seen).toHaveLength(answers.length));
    controller.abort(reason);
    await rejected;
  });

  test('that was aborted before sends nothing', async () => {
    const api = await scripted(completed);
    const signal = AbortSignal.abort();
    const call = clientOf(api.url).action('mail.send').run({}, { signal });
    await expect(call).rejects.toMatchObject({ code: 'WAIT_ABORTED' });
    expect(api.seen).toEqual([]);
  });
});
