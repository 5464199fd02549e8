import { mapReferences } from '../core/json-schema.ts';

/** A JSON Schema as it stands in a catalogue: any keyword may be there. */
export type JsonSchema = Record<string, unknown>;

/** What stays at the root: that is where readers look for them, and where most references lead. */
const SHARED = ['$schema', '$defs', 'definitions'];

/**
 * A schema as a part of another one, at the pointer `at`, and what of it has to be at the other's root. Its references
 * to itself are moved with it; in a schema with an `$id` they are relative to that, so it is left whole.
 */
export function embed(schema: JsonSchema, at: string): { part: JsonSchema; shared: JsonSchema } {
  if (Object.hasOwn(schema, '$id')) return { part: schema, shared: {} };
  const moved = Object.entries(mapReferences(schema, (reference) => move(reference, at)) as JsonSchema);
  return {
    part: Object.fromEntries(moved.filter(([keyword]) => !SHARED.includes(keyword))),
    shared: Object.fromEntries(moved.filter(([keyword]) => SHARED.includes(keyword))),
  };
}

function move(reference: string, at: string): string {
  const isMoved =
    reference === '#' || (reference.startsWith('#/') && !/^#\/(\$defs|definitions)\//.test(reference));
  return isMoved ? at + reference.slice(1) : reference;
}
