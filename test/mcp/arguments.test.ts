import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { answerSchema } from '../../src/mcp/answer.ts';
import { argumentsSchema, readArguments } from '../../src/mcp/arguments.ts';
import type { ToolEntry } from '../../src/mcp/entry.ts';

const entryOf = (input: z.ZodType | null, output: z.ZodType | null = null): ToolEntry => ({
  kind: 'action',
  name: 'some.action',
  inputSchema: input && z.toJSONSchema(input, { io: 'input' }),
  outputSchema: output && z.toJSONSchema(output),
});

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});
const Shared = z.object({ city: z.string() }).meta({ id: 'Address' });

const INPUTS: [string, z.ZodType | null, unknown][] = [
  ['a plain object', z.object({ to: z.string(), times: z.number().default(1) }), { to: 'a' }],
  ['a strict object', z.strictObject({ to: z.string() }), { to: 'a' }],
  ['a text', z.string(), 'a'],
  ['a list', z.array(z.number()), [1, 2]],
  ['null', z.null(), null],
  ['a union of objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), { b: 'x' }],
  ['a record', z.record(z.string(), z.string()), { idempotencyKey: 'data' }],
  ['a loose object', z.looseObject({ a: z.string() }), { a: 'x', idempotencyKey: 'data' }],
  ['an object with a key of its own', z.object({ idempotencyKey: z.string() }), { idempotencyKey: 'data' }],
  ['no schema', null, { anything: [true] }],
  ['a recursive object', Tree, { name: 'a', children: [{ name: 'b', children: [] }] }],
  ['a recursive list', z.array(Tree), [{ name: 'a', children: [{ name: 'b', children: [] }] }]],
  ['a list of what is shared', z.array(Shared), [{ city: 'Rome' }]],
];

/** As the official client checks them. */
const validator = (schema: object) => {
  const check = new AjvJsonSchemaValidator().getValidator(schema);
  return (value: unknown): string | undefined => check(value).errorMessage;
};

/** As a model does it: by the schema alone. */
const fill = (entry: ToolEntry, input: unknown, key?: string) => {
  const isOne = Object.hasOwn(argumentsSchema(entry)['properties'] as object, 'input');
  return { ...(isOne ? { input } : (input as object)), ...(key !== undefined && { idempotencyKey: key }) };
};

describe.each(INPUTS)('with %s for its input', (_, schema, input) => {
  const entry = entryOf(schema);
  const wrongWith = validator(argumentsSchema(entry));

  test('what fits the schema of the arguments is read as the input it was made from', () => {
    const given = fill(entry, input);
    expect(wrongWith(given)).toBeUndefined();
    expect(readArguments(entry, given, undefined)).toEqual({ input, idempotencyKey: undefined });
  });

  test('a key beside it is a key and no data', () => {
    const given = fill(entry, input, 'k1');
    expect(wrongWith(given)).toBeUndefined();
    expect(readArguments(entry, given, undefined)).toEqual({ input, idempotencyKey: 'k1' });
  });
});

test('references of a schema that becomes a part lead where they led before', () => {
  const wrongWith = validator(argumentsSchema(entryOf(z.array(Tree))));
  expect(wrongWith({ input: [{ name: 'a', children: [{ name: 1, children: [] }] }] })).toContain('string');
  const wrongAnswer = validator(answerSchema(entryOf(null, Tree)));
  const answer = { id: 'inv_1', status: 'completed', replayed: false };
  expect(wrongAnswer({ ...answer, output: { name: 'a', children: [] } })).toBeUndefined();
  expect(wrongAnswer({ ...answer, output: { name: 'a', children: [{ name: 'b' }] } })).toContain('children');
});

test('a word of the schema language that is data, or a name, stays what it is', () => {
  const inputSchema = {
    type: 'array',
    items: { properties: { default: { $ref: '#/items/properties/x' }, x: { type: 'number' } } },
    default: [{ $ref: '#' }],
  };
  const schema = argumentsSchema({ ...entryOf(null), inputSchema });
  expect((schema['properties'] as { input: object }).input).toEqual({
    type: 'array',
    items: {
      properties: { default: { $ref: '#/properties/input/items/properties/x' }, x: { type: 'number' } },
    },
    default: [{ $ref: '#' }],
  });
});

test('a program may send the key in _meta, but not another one than the model', () => {
  const entry = entryOf(z.object({ to: z.string() }));
  expect(readArguments(entry, { to: 'a' }, 'k1').idempotencyKey).toBe('k1');
  expect(readArguments(entry, { to: 'a', idempotencyKey: 'k1' }, 'k1').idempotencyKey).toBe('k1');
  expect(() => readArguments(entry, { to: 'a', idempotencyKey: 'k2' }, 'k1')).toThrow('different');
});

test.each([[''], [7], ['ä'], ['x'.repeat(256)], [['a']]])('the key %j is refused', (key) => {
  expect(() => readArguments(entryOf(null), { input: 1, idempotencyKey: key }, undefined)).toThrow(
    expect.objectContaining({ code: 'IDEMPOTENCY_KEY_INVALID' }),
  );
});

test.each([
  [{}, 'it is missing'],
  [{ a: 'x' }, 'there is "a"'],
  [{ input: 'x', a: 'x' }, 'there is "a"'],
])('arguments %j where one `input` is wanted are refused by name', (given, why) => {
  expect(() => readArguments(entryOf(z.string()), given, undefined)).toThrow(why);
});
