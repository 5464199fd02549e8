/** Their values are data, in which `$ref` is a field like any other. */
const DATA = new Set(['const', 'enum', 'default', 'example', 'examples']);
/** Their values are schemas by a name of the user's. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/**
 * A JSON Schema as a component of the document: `#` of its references is the schema, and in a document would be that. Its
 * `$defs` stay within it. An id of its own would change what its references are relative to.
 */
export function embedded(schema: object, component: string): object {
  const { $id: _id, $schema: _schema, ...rest } = schema as Record<string, unknown>;
  return rewritten(rest, `#/components/schemas/${component}`) as object;
}

function rewritten(schema: unknown, root: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => rewritten(item, root));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, valueOf(key, value, root)]));
}

function valueOf(key: string, value: unknown, root: string): unknown {
  if (DATA.has(key)) return value;
  if (key === '$ref' && typeof value === 'string' && value.startsWith('#')) return root + value.slice(1);
  if (!NAMED.has(key) || typeof value !== 'object' || value === null) return rewritten(value, root);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, rewritten(schema, root)]));
}
