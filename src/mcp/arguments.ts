import { DoError } from '../core/errors.ts';
import { isIdempotencyKey } from '../core/verbs.ts';
import type { ToolEntry } from './entry.ts';
import type { JsonSchema } from './json-schema.ts';
import { embed } from './json-schema.ts';

/** The arguments of a tool are an object, whatever the input of its action is. */
export type ArgumentsSchema = JsonSchema & { type: 'object' };

export interface Call {
  input: unknown;
  idempotencyKey: string | undefined;
}

const KEY_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description:
    'Optional. Repeating a call with the same key and the same input does not act again: it joins the call that runs, or is answered with its outcome. Make it from what has to happen once, such as "reminder-invoice-4711"; never a counter.',
};

/** With these alone at its root an object stays what it is when it gets one more property. */
const PLAIN = new Set(
  'type properties required additionalProperties title description $schema $defs definitions $comment default examples deprecated'.split(
    ' ',
  ),
);

/**
 * Fields of a plain object are arguments of their own, beside `idempotencyKey`. Any other input (a list, a union, a
 * record, an object that has an `idempotencyKey` itself) is the one argument `input`: as a part of it the key could be
 * mistaken for data, and data for the key.
 */
function isSpread(schema: JsonSchema | null): schema is ArgumentsSchema & { properties: JsonSchema } {
  if (schema?.['type'] !== 'object' || !Object.keys(schema).every((keyword) => PLAIN.has(keyword)))
    return false;
  const { properties, additionalProperties = false } = schema;
  return (
    typeof properties === 'object' &&
    properties !== null &&
    additionalProperties === false &&
    !Object.hasOwn(properties, 'idempotencyKey')
  );
}

export function argumentsSchema({ inputSchema }: ToolEntry): ArgumentsSchema {
  const schema = inputSchema as JsonSchema | null;
  if (isSpread(schema)) {
    return { ...schema, properties: { ...schema.properties, idempotencyKey: KEY_SCHEMA } };
  }
  const { part, shared } = embed(schema ?? { description: 'Any JSON value.' }, '#/properties/input');
  return {
    ...shared,
    type: 'object',
    properties: { input: part, idempotencyKey: KEY_SCHEMA },
    ...(schema && { required: ['input'] }),
    additionalProperties: false,
  };
}

/**
 * The input and the key of a call. A model can send arguments only; a program that calls tools by itself may put the key
 * into `_meta`, which the model never sees. Throws `INPUT_INVALID` or `IDEMPOTENCY_KEY_INVALID`.
 */
export function readArguments(entry: ToolEntry, given: JsonSchema, metaKey: unknown): Call {
  const { idempotencyKey: argument, ...rest } = given;
  if (argument !== undefined && metaKey !== undefined && argument !== metaKey) {
    throw keyInvalid('The arguments and `_meta` have different ones.');
  }
  const idempotencyKey = checkKey(argument ?? metaKey);
  if (isSpread(entry.inputSchema as JsonSchema | null)) return { input: rest, idempotencyKey };
  const { input, ...stray } = rest;
  const others = Object.keys(stray);
  if (others.length === 0 && (input !== undefined || !entry.inputSchema)) {
    return { input: input ?? null, idempotencyKey };
  }
  const found =
    others.length === 0 ? 'it is missing' : `there is ${JSON.stringify(others[0]!.slice(0, 100))}`;
  throw new DoError(
    'INPUT_INVALID',
    `Expected the input of "${entry.name}" as the one argument \`input\` (beside \`idempotencyKey\`), but ${found}. Nothing was executed.`,
  );
}

function checkKey(key: unknown): string | undefined {
  if (key === undefined || key === null) return undefined;
  if (typeof key === 'string' && isIdempotencyKey(key)) return key;
  throw keyInvalid('It is not.');
}

const keyInvalid = (why: string): DoError =>
  new DoError(
    'IDEMPOTENCY_KEY_INVALID',
    `Expected \`idempotencyKey\` to be one text of 1 to 255 printable ASCII characters. ${why} Nothing was executed.`,
  );
