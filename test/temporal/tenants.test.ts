import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Reading } from '../../src/audit/index.ts';
import { Action } from '../../src/core/action.ts';
import { checkQuery } from '../../src/core/query.ts';
import type { ListOptions } from '../../src/core/query.ts';
import type { Scope } from '../../src/core/scope.ts';
import { GuardedBackend } from '../../src/http/guard.ts';
import { Session } from '../../src/runtime/session.ts';
import { invocationIdOf } from '../../src/temporal/ids.ts';
import { listInvocations } from '../../src/temporal/list.ts';
import { readPayloads } from '../../src/temporal/payloads.ts';
import { removeTree } from '../support/remove-tree.ts';

const one = new Action({ name: 'crm.add_one', handler: (n: number) => n + 1 });
const two = new Action({ name: 'crm_two', handler: () => null });

let session: Session;
const dataDir = mkdtempSync(join(tmpdir(), 'do-tenants-'));
beforeAll(async () => {
  process.env['DO_DATA_DIR'] = dataDir;
  session = await Session.open({ graceMs: 500, forceMs: 1_000, onProgress: () => undefined });
  await session.serve();
});
afterAll(async () => {
  await (session as Session | undefined)?.close();
  await removeTree(dataDir);
});

/** As the API has it for one caller. */
const as = (id: string, ...scopes: Scope[]) =>
  new GuardedBackend(session.backend.as(id), { id, scopes: scopes.length > 0 ? scopes : ['admin'] });
const idsOf = async (backend: GuardedBackend, options: ListOptions = {}) =>
  (await backend.list(checkQuery(options))).items.map(({ id }) => id);

test('one key in two tenants is two invocations, and each tenant finds its own alone', async () => {
  const [acme, other, none] = [as('acme:web'), as('other:web'), as('web')];
  const input = { name: one.name, input: 1, idempotencyKey: 'order-1' };
  const started: string[] = [];
  for (const backend of [acme, other, none]) started.push((await backend.run(input)).id);
  expect(new Set(started).size).toBe(3);
  // Another input under the key of another tenant is no mismatch: nobody is told of it.
  await as('third:web').run({ ...input, input: 2 });
  expect(await acme.start(input)).toEqual({ id: started[0], replayed: true });
  await vi.waitFor(async () => {
    expect(await idsOf(acme)).toEqual([started[0]]);
    expect(await idsOf(other, { name: one.name })).toEqual([started[1]]);
    expect(await idsOf(none)).toEqual([started[2]]);
  }, 5_000);
  await expect(acme.get(started[1]!)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
  await expect(none.audit(started[1]!)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
});

test('a list holds what the scopes let be read, and a cursor of one caller is none of another', async () => {
  const busy = as('busy:web');
  const made: string[] = [];
  for (let n = 0; n < 3; n++) {
    made.push((await busy.run({ name: two.name, input: null })).id);
    await as('noisy:web').run({ name: one.name, input: n });
    made.push((await busy.run({ name: one.name, input: n })).id);
  }
  const partly = as('busy:job', 'read:crm.*');
  await vi.waitFor(async () => {
    expect(await idsOf(busy)).toEqual([...made].reverse());
    expect(await idsOf(partly)).toEqual([made[5], made[3], made[1]]);
    expect(await idsOf(as('busy:job', 'read:crm_two'))).toEqual([made[4], made[2], made[0]]);
  }, 5_000);
  await expect(partly.list(checkQuery({ name: two.name }))).rejects.toMatchObject({ code: 'FORBIDDEN' });

  const first = await busy.list(checkQuery({ limit: 4 }));
  expect(first.items.map(({ id }) => id)).toEqual([made[5], made[4], made[3], made[2]]);
  const rest = await busy.list(checkQuery({ limit: 4, cursor: first.nextCursor! }));
  expect(rest).toMatchObject({ items: [{ id: made[1] }, { id: made[0] }] });
  const stolen = checkQuery({ limit: 4, cursor: first.nextCursor! });
  await expect(as('noisy:web').list(stolen)).rejects.toMatchObject({ code: 'QUERY_INVALID' });
});

test('of what there is Temporal gives a tenant its own rows alone; of names that are gone none is missing', async () => {
  const ids: string[] = [];
  for (const { name } of [two, one, two]) {
    ids.unshift((await as('left:web').run({ name, input: 0 })).id);
    await as('noisy:web').run({ name, input: 0 });
  }
  const { temporal } = session;
  const asked = vi.spyOn(temporal.service, 'listWorkflowExecutions');
  const reading: Reading = {
    decode: readPayloads,
    idOf: (workflowId, firstRunId) => invocationIdOf({ workflowId, firstRunId }),
    temporalLink: () => null,
  };
  const query = { limit: 10, within: { tenant: 'left', names: ['*'] } };
  const list = async (known: string[]) => {
    asked.mockClear();
    const { items } = await listInvocations(temporal, query, { reading, known });
    const pages = await Promise.all(asked.mock.results.map(({ value }) => value as Promise<Page>));
    return [items.map(({ id }) => id), pages.flatMap(({ executions }) => executions).length] as const;
  };
  await vi.waitFor(async () => expect(await list([one.name, two.name])).toEqual([ids, 3]), 5_000);
  const [withGone, rows] = await list([two.name]);
  expect([withGone, (await list([]))[0]]).toEqual([ids, ids]);
  expect(rows).toBeGreaterThan(3);
  asked.mockRestore();
});

interface Page {
  executions: unknown[];
}

test('a cursor names no row that its reader may not see', async () => {
  const quiet = as('quiet:web');
  const { id } = await quiet.run({ name: two.name, input: null });
  await quiet.run({ name: two.name, input: null });
  for (let n = 0; n < 3; n++) await as('noisy:web').run({ name: two.name, input: null });
  await vi.waitFor(async () => expect(await idsOf(quiet)).toHaveLength(2), 5_000);
  const page = await quiet.list(checkQuery({ limit: 1 }));
  const rest = await quiet.list(checkQuery({ limit: 1, cursor: page.nextCursor! }));
  expect(rest.items.map((item) => item.id)).toEqual([id]);
  const run = (of: string) => Buffer.from(of.slice(4), 'base64url').toString('hex', 0, 16);
  const cursor = Buffer.from(page.nextCursor!, 'base64url').toString('latin1').replaceAll('-', '');
  expect(cursor).toContain(run(page.items[0]!.id));
});

test('who asked for a cancellation is on record', async () => {
  const acme = as('acme:web');
  const { id } = await acme.start({ name: two.name, input: null, delayMs: 3_600_000 });
  await expect(as('other:web').cancel(id)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
  await as('acme:boss', 'operate').cancel(id);
  await vi.waitFor(async () => {
    const { entries } = await acme.audit(id);
    expect(entries).toContainEqual(expect.objectContaining({ type: 'cancel.requested', by: 'acme:boss' }));
  }, 5_000);
});
