import { mapReferences } from '../../core/json-schema.ts';

/**
 * A JSON Schema as a component of the document: `#` of its references is the schema, and in a document would be that. Its
 * `$defs` stay within it. An id of its own would change what its references are relative to.
 */
export function embedded(schema: object, component: string): object {
  const { $id: _id, $schema: _schema, ...rest } = schema as Record<string, unknown>;
  const root = `#/components/schemas/${component}`;
  const moved = (reference: string) => (reference.startsWith('#') ? root + reference.slice(1) : reference);
  return mapReferences(rest, moved) as object;
}
