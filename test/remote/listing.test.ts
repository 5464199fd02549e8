import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ListOptions } from '../../src/core/query.ts';
import type { TestSystem } from './system.ts';
import { add, decline, flaky, gate, open, runs, startSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => (system as TestSystem | undefined)?.close());

let ids = 0;
const fresh = () => ({ id: `l${++ids}` });

describe.each(['temporal', 'http'] as const)('listing over %s', (door) => {
  const client = () => system.clients[door];
  const list = (options: ListOptions) => client().invocations.list(options);
  const idsOf = async (options: ListOptions) => (await list(options)).items.map(({ id }) => id);
  /** The list may lag by a second. */
  const untilListed = (options: ListOptions, expected: string[]) =>
    vi.waitFor(async () => expect(await idsOf(options)).toEqual(expected), { timeout: 5_000 });

  /** One invocation for each way to end, oldest first, and one that still runs. */
  async function oneOfEach() {
    const since = new Date();
    const idOf = async (run: Promise<{ id: string }>) =>
      (await run.catch((error: unknown) => (error as { invocation: { id: string } }).invocation)).id;
    const completed = await idOf(
      client()
        .action(add)
        .run(fresh(), { idempotencyKey: `each ${ids} ${door}` }),
    );
    const failed = await idOf(client().action(decline).run(fresh()));
    const late = await idOf(client().action(gate).run(fresh(), { deadline: '200ms' }));
    const handle = await client().action(gate).start(fresh());
    await handle.cancel();
    await handle.result().catch(() => undefined);
    const input = fresh();
    const running = await client().action(gate).start(input);
    await vi.waitFor(() => expect(runs.get(input.id)).toBe(1));
    return { since, completed, failed, late, cancelled: handle.id, running, end: () => open(input.id) };
  }

  test('an item tells what a read by id tells, less input, output and attempts; running first, newest first', async () => {
    const { since, completed, failed, late, cancelled, running, end } = await oneOfEach();
    await untilListed({ since }, [running.id, cancelled, late, failed, completed]);
    const { items, nextCursor } = await list({ since });
    expect(nextCursor).toBeNull();
    for (const item of items) {
      const {
        input: _input,
        output: _output,
        attempts: _attempts,
        ...rest
      } = await client().invocations.get(item.id);
      expect(item).toEqual(rest);
    }
    end();
    await running.result();
    await untilListed({ since }, [running.id, cancelled, late, failed, completed]);
  });

  test('filters narrow the list, a deadline that passed is no failure', async () => {
    const { since, completed, failed, late, cancelled, running, end } = await oneOfEach();
    await untilListed({ since }, [running.id, cancelled, late, failed, completed]);
    expect(await idsOf({ since, status: 'running' })).toEqual([running.id]);
    expect(await idsOf({ since, status: 'completed' })).toEqual([completed]);
    expect(await idsOf({ since, status: 'failed' })).toEqual([failed]);
    expect(await idsOf({ since, status: 'timed_out' })).toEqual([late]);
    expect(await idsOf({ since, status: 'cancelled' })).toEqual([cancelled]);
    expect(await idsOf({ since, status: 'terminated' })).toEqual([]);
    expect(await idsOf({ since, name: 'conformance.gate' })).toEqual([running.id, cancelled, late]);
    expect(await idsOf({ since, name: 'conformance.gate', status: 'failed' })).toEqual([]);
    expect(await idsOf({ since, kind: 'action' })).toHaveLength(5);
    expect(await idsOf({ since, kind: 'workflow' })).toEqual([]);
    const { startedAt } = await client().invocations.get(failed);
    expect(await idsOf({ since, until: startedAt })).toEqual([completed]);
    expect(await idsOf({ since: startedAt })).not.toContain(completed);
    end();
  });

  test('25 invocations are paged through by tens, each once and in order', async () => {
    const since = new Date();
    const started = await Promise.all(Array.from({ length: 25 }, () => client().action(add).run(fresh())));
    const status = 'completed';
    await vi.waitFor(async () => expect(await idsOf({ since, status })).toHaveLength(25), { timeout: 5_000 });
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await list({ since, limit: 10, cursor });
      pages.push(items.map(({ id }) => id));
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(await idsOf({ since }));
    expect(new Set(pages.flat())).toEqual(new Set(started.map(({ id }) => id)));
    const all: string[] = [];
    for await (const { id } of client().invocations.all({ since, limit: 10 })) all.push(id);
    expect(all).toEqual(pages.flat());
  });

  test('a cursor goes on with the filters it was given for, and with no others', async () => {
    const since = new Date();
    for (let i = 0; i < 2; i++) await client().action(add).run(fresh());
    const status = 'completed';
    await vi.waitFor(async () => expect(await idsOf({ since, status })).toHaveLength(2), { timeout: 5_000 });
    const { nextCursor } = await list({ since, limit: 1 });
    const cursor = nextCursor!;
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(await idsOf({ since: since.toISOString(), limit: 5, cursor })).toHaveLength(1);
    const wrong: ListOptions[] = [
      { since, status, cursor },
      { cursor },
      { since, cursor: cursor.slice(0, -4) },
      { since, cursor: 'unknown' },
    ];
    for (const options of wrong) {
      await expect(list(options)).rejects.toMatchObject({
        code: 'QUERY_INVALID',
        message: expect.stringContaining('`cursor`') as string,
      });
    }
  });

  test('a delayed invocation is accepted at once and begins when its delay is over', async () => {
    const run = await client().action(add).run(fresh(), { delay: '300ms', deadline: '20s' });
    expect(run).toMatchObject({ status: 'completed', attempts: 1 });
    expect(Date.parse(run.startsAt!) - Date.parse(run.startedAt)).toBe(300);
    const { entries } = await client().invocations.audit(run.id);
    expect(entries[0]).toMatchObject({ type: 'invocation.started', at: run.startedAt });
    const begun = entries.find(({ type }) => type === 'attempt.scheduled')!;
    expect(Date.parse(begun.at)).toBeGreaterThanOrEqual(Date.parse(run.startsAt!));
  });

  test('what is delayed reads as running and can be cancelled before it begins', async () => {
    const input = fresh();
    const handle = await client().action(add).start(input, { delay: '1h' });
    const before = await handle.describe();
    expect(before).toMatchObject({ status: 'running', attempts: 0, closedAt: null });
    expect(before).not.toHaveProperty('waitingFor');
    expect((await handle.audit()).entries.map(({ type }) => type)).toEqual(['invocation.started']);
    const { startedAt: since, startsAt } = before;
    await vi.waitFor(async () => expect((await list({ since })).items).toMatchObject([{ startsAt }]));
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_CANCELLED' });
    const { invocation, entries } = await handle.audit();
    expect(invocation).toMatchObject({ status: 'cancelled', attempts: 0, startsAt });
    expect(entries.map(({ type }) => type)).toEqual([
      'invocation.started',
      'cancel.requested',
      'invocation.cancelled',
    ]);
    expect(runs.get(input.id)).toBeUndefined();
  });

  test('a deadline counts from acceptance, so one within the delay is refused', async () => {
    const options = { delay: '300ms', deadline: '600ms' };
    const late = client().action(gate).run(fresh(), options);
    const { invocation } = (await late.catch((error: unknown) => error)) as {
      invocation: { status: string; startedAt: string; closedAt: string };
    };
    expect(invocation.status).toBe('timed_out');
    const lasted = Date.parse(invocation.closedAt) - Date.parse(invocation.startedAt);
    expect(lasted).toBeGreaterThanOrEqual(590);
    expect(lasted).toBeLessThan(900);
    await expect(
      client().action(flaky).start(fresh(), { delay: '1h', deadline: '1h' }),
    ).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
  });
});
