import fc from 'fast-check';
import type { Request } from 'express';
import { expect, test } from 'vitest';
import type { CatalogueEntry } from '../../src/core/catalogue.ts';
import { isDoError } from '../../src/core/errors.ts';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { IDEMPOTENCY_KEY_HEADER, readIdempotencyKey } from '../../src/http/idempotency-key.ts';
import { embedded } from '../../src/http/openapi/embed.ts';
import { madeOnce } from '../../src/http/openapi/cached.ts';
import { ENTRIES, serve } from './support.ts';

interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, unknown>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { allOf?: unknown[] }> };
}

const read = async (headers: Record<string, string | null>, entries?: CatalogueEntry[]) => {
  const api = await serve({
    ...(entries && {
      catalogue: { get: (name) => entries.find((one) => one.name === name), list: () => entries },
    }),
    authenticate: keyAuthenticator([
      { id: 'dev', secret: 'all', scopes: ['admin'] },
      { id: 'mailer', secret: 'mail', scopes: ['invoke:mail.*'] },
    ]),
  });
  return await api.send({ method: 'GET', path: '/openapi.json', headers });
};
const documentFor = async (secret: string | null, entries?: CatalogueEntry[]): Promise<Document> =>
  (await read({ authorization: secret === null ? null : `Bearer ${secret}` }, entries))
    .body as unknown as Document;

const operationsOf = ({ paths }: Document): Operation[] =>
  Object.values(paths).flatMap((methods) => Object.values(methods));

test('the document is OpenAPI 3.1, and its references lead somewhere', async () => {
  const document = await documentFor('all');
  expect(document.openapi).toBe('3.1.0');
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(references.length).toBeGreaterThan(50);
  for (const path of new Set(references)) {
    const found = path
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
    expect(found, path).toBeDefined();
  }
});

test('every operation has an id of its own, and says what its key has to have', async () => {
  const operations = operationsOf(await documentFor('all'));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const scopes = Object.fromEntries(operations.map(({ operationId, security }) => [operationId, security]));
  expect(scopes).toMatchObject({
    healthz: [],
    getOpenApi: [{ key: [] }, {}],
    invokeAction: [{ key: ['invoke'] }],
    getAudit: [{ key: ['read'] }],
    cancelInvocation: [{ key: ['operate'] }],
  });
});

test('each action and workflow has an operation with its own input and output', async () => {
  const output = { type: 'object', properties: { id: { type: 'string' } } };
  const [action, workflow] = ENTRIES;
  const document = await documentFor('all', [{ ...action!, outputSchema: output }, workflow!]);
  const invoke = document.paths['/v1/actions/mail.send/invoke']?.['post'];
  expect(invoke).toMatchObject({
    operationId: 'invokeAction.mail.send',
    'x-atomicity-level': 'idempotent',
    requestBody: {
      content: { 'application/json': { schema: { $ref: '#/components/schemas/mail.send.input' } } },
    },
    responses: {
      200: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/mail.send.invocation' } } },
      },
    },
  });
  expect(document.components.schemas['mail.send.output']).toEqual(output);
  expect(document.paths['/v1/workflows/customer.onboard/invoke']?.['post']).toMatchObject({
    'x-signals': ['plan.chosen'],
    responses: {
      200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Invocation' } } } },
    },
  });
});

test('an error is null or one, and an error alone is never null', async () => {
  const { schemas } = (await documentFor('all')).components;
  expect(schemas['InvocationError']).toMatchObject({ type: 'object' });
  expect(schemas['Invocation']).toMatchObject({
    properties: { error: { anyOf: [{ $ref: '#/components/schemas/InvocationError' }, { type: 'null' }] } },
    required: expect.arrayContaining(['input', 'output', 'error']) as string[],
  });
});

test('without a key the document names no action, and with one those that it may use', async () => {
  const anonymous = JSON.stringify(await documentFor(null));
  expect(anonymous).toContain('/v1/actions/{name}/invoke');
  expect(anonymous).not.toContain('mail.send/invoke');
  const mailer = JSON.stringify(await documentFor('mail'));
  expect(mailer).toContain('mail.send/invoke');
  expect(mailer).not.toContain('customer.onboard');
});

test('a key that is none is refused, rather than taken for nobody', async () => {
  expect(await read({ authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
});

test('the problems of an operation are those of its own, of its key and of its body', async () => {
  const { paths } = await documentFor('all');
  const statuses = (path: string, method: string) => Object.keys(paths[path]![method]!.responses).map(Number);
  expect(statuses('/healthz', 'get')).toEqual([200, 429]);
  expect(statuses('/v1/actions/{name}/invoke', 'post')).toEqual([
    ...[200, 202, 400, 401, 403, 404, 413, 415, 422, 429, 503],
  ]);
});

test('references of a schema stay within it, and what only looks like one is left alone', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tree',
    $defs: { leaf: { $ref: '#' } },
    properties: { $ref: { $ref: '#/$defs/leaf' }, other: { const: { $ref: '#x' }, default: { $ref: '#y' } } },
    anyOf: [{ $ref: '#/properties/other' }, { $ref: 'https://example.com/s.json' }],
  };
  expect(embedded(schema, 'a.b.input')).toEqual({
    $defs: { leaf: { $ref: '#/components/schemas/a.b.input' } },
    properties: {
      $ref: { $ref: '#/components/schemas/a.b.input/$defs/leaf' },
      other: { const: { $ref: '#x' }, default: { $ref: '#y' } },
    },
    anyOf: [
      { $ref: '#/components/schemas/a.b.input/properties/other' },
      { $ref: 'https://example.com/s.json' },
    ],
  });
});

test('a text is made once for the same entries, and again for others', () => {
  let made = 0;
  const make = madeOnce(() => ++made);
  const [action, workflow] = ENTRIES as [CatalogueEntry, CatalogueEntry];
  expect([make([action]), make([action]), make([action, workflow]), make([action])]).toEqual([1, 1, 2, 1]);
  expect(make([{ ...action }])).toBe(3);
});

test('the documented idempotency key is what the header takes', () => {
  const part = fc.constantFrom('a', ' ', '"', '\\', '~', '!', 'ü', 'x'.repeat(126));
  const header = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
  const taken = (value: string): boolean => {
    try {
      readIdempotencyKey({ headersDistinct: { 'idempotency-key': [value] } } as unknown as Request);
      return true;
    } catch (error) {
      if (isDoError(error)) return false;
      throw error;
    }
  };
  // Around a header's value there are no spaces: whoever reads it off the wire removes them.
  const trimmed = fc
    .oneof(
      header,
      header.map((text) => `"${text}"`),
    )
    .map((text) => text.trim());
  fc.assert(
    fc.property(trimmed, (value) => IDEMPOTENCY_KEY_HEADER.test(value) === taken(value)),
    { numRuns: 3_000 },
  );
});
