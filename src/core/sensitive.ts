import type { StandardSchemaV1 } from '@standard-schema/spec';
import { jsonSchemaOf } from './json-schema.ts';
import { marksSensitive, sensitiveTexts } from './redact.ts';

/** By what is asked at every attempt; null where nothing is marked. A library makes a JSON Schema anew each time. */
const marked = { input: new WeakMap<object, object | null>(), output: new WeakMap<object, object | null>() };

/** The texts in a value that its schema marks as sensitive, as they may stand in a message. */
export function sensitiveTextsOf(
  value: unknown,
  schema: StandardSchemaV1 | undefined,
  side: 'input' | 'output',
): string[] {
  if (!schema) return [];
  let json = marked[side].get(schema);
  if (json === undefined) {
    const whole = jsonSchemaOf(schema, side);
    json = marksSensitive(whole) ? whole : null;
    marked[side].set(schema, json);
  }
  return sensitiveTexts(value, json);
}
