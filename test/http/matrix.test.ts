import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/core/caller.ts';
import type { CatalogueEntry } from '../../src/core/catalogue.ts';
import { DoError } from '../../src/core/errors.ts';
import { invocationIdOf } from '../../src/core/invocation-id.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import type { Scope } from '../../src/core/scope.ts';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import type { ApiBackend, ApiDeps } from '../../src/http/deps.ts';
import { ApiMetrics } from '../../src/http/observe/metrics.ts';
import { routeTable } from '../../src/http/table.ts';
import { findKey } from '../../src/store/find-key.ts';
import { createKey, revokeKey } from '../../src/store/keys.ts';
import { workflowIdOf } from '../../src/temporal/ids.ts';
import { describeWithPostgres } from '../store/postgres.ts';
import type { RawRequest } from './support.ts';
import { serve } from './support.ts';

const NAMES = { action: 'mail.send', workflow: 'customer.onboard' } as const;

/** What a route takes, for whom it is just too little, and what it answers to whoever may. */
interface Row {
  with?: RawRequest;
  small: Scope[];
  right: Scope[];
  /** What the refusal of `small` names. */
  missing?: string;
  ok: number;
  /** Whoever else asks, of a tenant that has scopes enough. Default: as the right one. */
  otherTenant?: number;
}

const json = (value: unknown): RawRequest => ({ body: JSON.stringify(value) });
const invoke = (name: string, ok: number, sent: RawRequest): Row => ({
  ...{ with: sent, ok, missing: `invoke:${name}` },
  ...{ small: ['read:*', 'operate', 'invoke:mail.other', 'invoke:customer'], right: [`invoke:${name}`] },
});
const ofName = (name: string): Row => ({
  ...{ ok: 200, missing: `read:${name}`, small: ['invoke:other.*', 'read:other'], right: [`read:${name}`] },
});
const ofId: Row = {
  ...{ ok: 200, otherTenant: 404, missing: 'read:mail.send' },
  ...{ small: ['invoke:mail.other', 'read:mail.other'], right: ['read:mail.*'] },
};
const act = (ok: number, sent: RawRequest = {}): Row => ({
  ...{ with: sent, ok, otherTenant: 404, missing: 'operate' },
  ...{ small: ['invoke:*', 'read:*'], right: ['operate'] },
});
const batch = json({ items: [{ input: {} }] });
const decision = json({ digest: 'd', approved: true });

/** Every route that needs a key. A new one needs a row here: what it is not asked about nobody has thought of. */
const ROWS: Record<string, Row> = {
  'post /v1/actions/:name/invoke': invoke(NAMES.action, 200, json({})),
  'post /v1/actions/:name/invoke-batch': invoke(NAMES.action, 200, batch),
  'get /v1/actions': { ok: 200, small: [], right: ['invoke:mail.*'], missing: 'read:*' },
  'get /v1/actions/:name': ofName(NAMES.action),
  'post /v1/workflows/:name/invoke': invoke(NAMES.workflow, 200, json({})),
  'post /v1/workflows/:name/invoke-batch': invoke(NAMES.workflow, 200, batch),
  'get /v1/workflows': { ok: 200, small: [], right: ['invoke:mail.*'], missing: 'read:*' },
  'get /v1/workflows/:name': ofName(NAMES.workflow),
  'get /v1/invocations': { ok: 200, small: ['invoke:*'], right: ['read:mail.*'], missing: 'read:*' },
  'get /v1/invocations/:id': ofId,
  'get /v1/invocations/:id/audit': ofId,
  'post /v1/invocations/:id/cancel': act(202),
  'post /v1/invocations/:id/compensate': act(202),
  'post /v1/invocations/:id/signal/:name': act(202),
  'post /v1/invocations/:id/approvals/:name': act(200, decision),
  'post /mcp': { with: json({}), ok: 200, small: ['read:*'], right: ['invoke:x'], missing: 'invoke:*' },
  'get /metrics': { ok: 200, otherTenant: 403, small: ['read:mail.*'], right: ['read:*'], missing: 'read:*' },
};

const firstRunId = '01a200c5-c035-7986-ab5d-e9bdd3743b5e';
const idOf = (name: string, caller: string, key: string) =>
  invocationIdOf({ workflowId: workflowIdOf(name, caller, key), firstRunId });
const id = idOf(NAMES.action, 'acme:web', 'k');

const ENTRIES = [
  { kind: 'action', name: NAMES.action, version: '1', inputSchema: null, outputSchema: null },
  { kind: 'workflow', name: NAMES.workflow, version: '1', inputSchema: null, outputSchema: null, queue: 'q' },
].map((entry) => ({
  ...entry,
  policy: resolvePolicy({}, '1m'),
  level: 'idempotent',
})) as unknown as CatalogueEntry[];

/** One invocation is there, of the tenant acme, beside what is started; the backend itself asks about no tenant. */
function backendOf(reached: string[], caller: string): ApiBackend {
  const there = new Set([id]);
  const invocation = { id, status: 'completed', name: NAMES.action, kind: 'action', output: null, links: {} };
  const found = (asked: string, what: string) => {
    reached.push(what);
    if (there.has(asked)) return invocation as never;
    throw new DoError('INVOCATION_NOT_FOUND', `There is no invocation "${asked}".`);
  };
  return {
    start: async ({ name }) => {
      reached.push('start');
      const started = idOf(name, caller, 'new');
      there.add(started);
      return { id: started, replayed: false };
    },
    run: async () => found(id, 'run'),
    output: async (asked) => found(asked, 'output'),
    closed: async (asked) => found(asked, 'closed'),
    get: async (asked) => found(asked, 'get'),
    list: async () => (reached.push('list'), { items: [], nextCursor: null }),
    audit: async (asked) => ({ invocation: found(asked, 'audit'), entries: [] }),
    async *follow(asked) {
      yield { invocation: found(asked, 'follow'), entries: [] };
    },
    cancel: async (asked) => void found(asked, 'cancel'),
    signal: async (asked) => void found(asked, 'signal'),
    decide: async (asked) => void found(asked, 'decide'),
    compensate: async (asked) => (found(asked, 'compensate'), { id, replayed: false }),
  };
}

const answersMcp: NonNullable<ApiDeps['mcp']> = async (_req, res) => void res.end('{}');
const deps = (
  reached: string[],
  callers: (bearer: string) => Promise<Caller | undefined>,
): Partial<ApiDeps> => ({
  backendFor: (caller) => backendOf(reached, caller.id),
  catalogue: { get: (name) => ENTRIES.find((entry) => entry.name === name), list: () => ENTRIES },
  authenticate: keyAuthenticator([], callers),
  mcp: answersMcp,
});

const table = routeTable(deps([], async () => undefined) as ApiDeps, () => undefined, new ApiMetrics());
const guarded = table.filter(({ scope }) => scope !== 'public');

/** The path as somebody calls it who knows the ids of others. */
const pathOf = (path: string, which = id): string =>
  path
    .replace(':id', which)
    .replace('/actions/:name', `/actions/${NAMES.action}`)
    .replace('/workflows/:name', `/workflows/${NAMES.workflow}`)
    .replace(':name', 'told')
    .replace(':file', 'page.js')
    .replace(':code', 'FORBIDDEN');

test('every route that needs a key has a row in the matrix, and every row a route', () => {
  const routes = guarded.map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(ROWS).sort()).toEqual(routes.sort());
});

test('no route is public by mistake', () => {
  const open = table.filter(({ scope }) => scope === 'public').map(({ path }) => path);
  expect(open).toEqual([
    ...['/healthz', '/readyz', '/errors/:code', '/docs', '/docs/:file', '/console', '/console/:file'],
    '/openapi.json',
  ]);
});

describeWithPostgres('the matrix of routes and keys', (databases) => {
  test(
    'each route answers each key as it should, and reaches nothing before it may',
    { timeout: 60_000 },
    async () => {
      const store = await databases.store();
      const reached: string[] = [];
      const api = await serve(deps(reached, (bearer) => findKey(store, bearer)));
      const key = async (scopes: readonly Scope[], tenant = 'acme') =>
        (await createKey(store, { name: 'matrix', tenant, scopes: scopes })).key;
      const all: Scope[] = ['admin'];
      const expired = (await createKey(store, { name: 'late', scopes: all, expiresInMs: 1 })).key;
      const revoked = await createKey(store, { name: 'gone', scopes: all });
      await revokeKey(store, revoked.id);
      const other = await key(all, 'other');

      for (const { method, path } of guarded) {
        const row = ROWS[`${method} ${path}`]!;
        const tenant = path === '/metrics' ? 'default' : 'acme';
        const ask = async (bearer: string | null, at = pathOf(path)) => {
          reached.length = 0;
          const authorization = bearer === null ? null : `Bearer ${bearer}`;
          const answer = await api.send({
            ...row.with,
            method: method.toUpperCase(),
            path: at,
            headers: { authorization },
          });
          return { ...answer, reached: [...reached], code: answer.body['code'] };
        };
        const unknown = { status: 401, code: 'UNAUTHORIZED', reached: [] };
        expect.soft(await ask(null), `${path}: no key`).toMatchObject(unknown);
        expect.soft(await ask('wrong'), `${path}: bad key`).toMatchObject(unknown);
        expect.soft(await ask(expired), `${path}: expired`).toMatchObject(unknown);
        expect.soft(await ask(revoked.key), `${path}: revoked`).toMatchObject(unknown);

        const small = await ask(await key(row.small, tenant));
        expect
          .soft(small, `${path}: too small`)
          .toMatchObject({ status: 403, code: 'FORBIDDEN', reached: [] });
        expect.soft(small.text, path).toContain(JSON.stringify(JSON.stringify(row.missing)).slice(1, -1));
        expect
          .soft(await ask(await key(row.right, tenant)), `${path}: right`)
          .toMatchObject({ status: row.ok });

        const theirs = await ask(other);
        expect.soft(theirs.status, `${path}: other tenant`).toBe(row.otherTenant ?? row.ok);
        if (row.otherTenant === 404) expect.soft(theirs.reached, path).toEqual([]);
      }
    },
  );
});

describe('an invocation of another tenant', () => {
  const callers: Record<string, Caller> = {
    acme: { id: 'acme:web', scopes: ['admin'] },
    other: { id: 'other:web', scopes: ['admin'] },
    none: { id: 'web', scopes: ['admin'] },
    own: { id: 'acme:web', scopes: ['invoke:mail.*'] },
    colleague: { id: 'acme:job', scopes: ['invoke:mail.*'] },
  };
  const ask = async (who: string, which: string) => {
    const api = await serve(deps([], async (bearer) => callers[bearer]));
    const path = `/v1/invocations/${which}`;
    return await api.send({ method: 'GET', path, headers: { authorization: `Bearer ${who}` } });
  };
  const missing = idOf(NAMES.action, 'acme:web', 'no');

  test('is answered as one that is not there, word for word', async () => {
    for (const who of ['other', 'none']) {
      const [there, gone] = [await ask(who, id), await ask(who, missing)];
      expect([there.status, gone.status]).toEqual([404, 404]);
      expect(there.text.replace(id.slice(0, 64), '')).toBe(gone.text.replace(missing.slice(0, 64), ''));
    }
    expect((await ask('acme', id)).status).toBe(200);
  });

  test('whoever may only invoke reads what it has started itself, and nothing of a colleague', async () => {
    expect((await ask('own', id)).status).toBe(200);
    expect(await ask('colleague', id)).toMatchObject({ status: 403 });
  });
});
