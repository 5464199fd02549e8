import type { StandardSchemaV1 } from '@standard-schema/spec';

interface StandardJsonSchema {
  jsonSchema?: Record<'input' | 'output', (options: { target: string }) => object>;
}

/** Null where there is no schema, or its library cannot tell it as JSON Schema (a transform, say). */
export function jsonSchemaOf(schema: StandardSchemaV1 | undefined, side: 'input' | 'output'): object | null {
  const converter = (schema?.['~standard'] as StandardJsonSchema | undefined)?.jsonSchema;
  try {
    return converter?.[side]({ target: 'draft-2020-12' }) ?? null;
  } catch {
    return null;
  }
}

const REFERENCES = new Set(['$ref', '$dynamicRef']);
/** Their values are data, in which `$ref` is a word like any other. */
const DATA = new Set(['const', 'enum', 'default', 'example', 'examples']);
/** Their keys are names that the author chose, so `default` in them is no keyword. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** A schema that becomes a part of another document, with each reference in it led to where it led before. */
export function mapReferences(schema: unknown, map: (reference: string) => string): unknown {
  const mapped = (value: unknown) => mapReferences(value, map);
  if (Array.isArray(schema)) return schema.map(mapped);
  if (typeof schema !== 'object' || schema === null) return schema;
  return mapValues(schema, (value, key) => {
    if (REFERENCES.has(key) && typeof value === 'string') return map(value);
    if (DATA.has(key)) return value;
    return NAMED.has(key) && typeof value === 'object' && value !== null
      ? mapValues(value, mapped)
      : mapped(value);
  });
}

const mapValues = (object: object, map: (value: unknown, key: string) => unknown): object =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
