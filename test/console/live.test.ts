import { expect, onTestFinished, test, vi } from 'vitest';
import { follow } from '../../src/console/api/live.ts';
import type { DoError } from '../../src/core/errors.ts';
import type { AuditEntry, Invocation } from '../../src/core/invocation.ts';
import { KEY, serve } from '../http/support.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const at = '2026-01-01T00:00:00.000Z';
const toEntry = (type: string) => ({ type, at });

async function followed(apiKey = KEY) {
  const api = await serve();
  await api.send({ headers: { prefer: 'respond-async' } });
  const proxy = await TcpProxy.start(Number(new URL(api.url).port));
  onTestFinished(() => proxy.close());
  const told: AuditEntry[] = [];
  const ends: Invocation[] = [];
  const gaps: (DoError | undefined)[] = [];
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const follower = {
    onEntry: (entry: AuditEntry) => told.push(entry),
    onEnd: (invocation: Invocation) => ends.push(invocation),
    onGap: (error: DoError | undefined) => gaps.push(error),
  };
  const settings = { baseUrl: `http://127.0.0.1:${proxy.port}`, apiKey };
  const followInvocation = (id: string) => follow(settings, { id, follower, signal: end.signal });
  return { api, proxy, told, ends, gaps, end, followInvocation };
}

test('what happens is told as it comes, over a connection that is lost, once, and to its end', async () => {
  const { api, proxy, told, ends, gaps, followInvocation } = await followed();
  const done = followInvocation('inv_1');
  api.backend.tell('inv_1', toEntry('invocation.started'), toEntry('attempt.scheduled'));
  await vi.waitFor(() => expect(told).toHaveLength(2));
  proxy.cut();
  await vi.waitFor(() => expect(gaps.at(-1)).toMatchObject({ code: 'API_UNREACHABLE' }));
  api.backend.tell('inv_1', toEntry('attempt.started'));
  await vi.waitFor(() => expect(told).toHaveLength(3), { timeout: 10_000 });
  expect(gaps.at(-1)).toBeUndefined();
  api.backend.close('inv_1', { status: 'completed', output: 7 });
  await done;
  expect(told.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'invocation.started'],
    [2, 'attempt.scheduled'],
    [3, 'attempt.started'],
  ]);
  expect(ends).toMatchObject([{ id: 'inv_1', status: 'completed', output: 7 }]);
});

test('what the API refuses for good is told at once, and not asked for again', async () => {
  const unknown = await followed();
  await expect(unknown.followInvocation('inv_9')).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
  const refused = await followed('no-key');
  await expect(refused.followInvocation('inv_1')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});

test('whoever goes away follows no more', async () => {
  const { api, end, followInvocation } = await followed();
  const done = followInvocation('inv_1');
  await vi.waitFor(() => expect(api.backend.following).toBe(1));
  end.abort();
  await done;
  await vi.waitFor(() => expect(api.backend.following).toBe(0));
});
