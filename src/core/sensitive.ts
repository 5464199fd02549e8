import type { StandardSchemaV1 } from '@standard-schema/spec';
import { jsonSchemaOf } from './json-schema.ts';
import { marksSensitive, sensitiveTexts } from './redact.ts';

/** By what is asked at every attempt; null where nothing is marked. A library makes a JSON Schema anew each time. */
const marked = { input: new WeakMap<object, object | null>(), output: new WeakMap<object, object | null>() };

/** The JSON Schema where it marks anything; null otherwise. */
export function sensitiveSchemaOf(
  schema: StandardSchemaV1 | undefined,
  side: 'input' | 'output',
): object | null {
  if (!schema) return null;
  let json = marked[side].get(schema);
  if (json === undefined) {
    const whole = jsonSchemaOf(schema, side);
    json = marksSensitive(whole) ? whole : null;
    marked[side].set(schema, json);
  }
  return json;
}

/** The texts in a value that its schema marks as sensitive, as they may stand in a message. */
export function sensitiveTextsOf(
  value: unknown,
  schema: StandardSchemaV1 | undefined,
  side: 'input' | 'output',
): string[] {
  return sensitiveTexts(value, sensitiveSchemaOf(schema, side));
}
