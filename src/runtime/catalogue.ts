import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AnyAction } from '../core/definition.ts';
import type { Catalogue, CatalogueEntry } from '../core/catalogue.ts';
import { allRegistered, registered } from '../core/registry.ts';

/** What this process has imported, and behind it what the project's manifest lists. */
export class ProjectCatalogue implements Catalogue {
  readonly #manifest: () => CatalogueEntry[];

  constructor(manifest: () => CatalogueEntry[]) {
    this.#manifest = manifest;
  }

  get(name: string): CatalogueEntry | undefined {
    const action = registered(name);
    return action ? toEntry(action) : this.#manifest().find((entry) => entry.name === name);
  }

  list(): CatalogueEntry[] {
    const imported = allRegistered().map(toEntry);
    const others = this.#manifest().filter((entry) => !registered(entry.name));
    return [...imported, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const entries = new WeakMap<AnyAction, CatalogueEntry>();

export function toEntry(action: AnyAction): CatalogueEntry {
  const known = entries.get(action);
  if (known) return known;
  const { name, version, description, policy, safety, input, output, level } = action;
  const entry: CatalogueEntry = {
    name,
    version,
    description,
    policy,
    safety,
    input,
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(output, 'output'),
    level,
  };
  entries.set(action, entry);
  return entry;
}

interface StandardJsonSchema {
  jsonSchema?: Record<'input' | 'output', (options: { target: string }) => object>;
}

/** Null where there is no schema, or its library cannot tell it as JSON Schema (a transform, say). */
function jsonSchemaOf(schema: StandardSchemaV1 | undefined, side: 'input' | 'output'): object | null {
  const converter = (schema?.['~standard'] as StandardJsonSchema | undefined)?.jsonSchema;
  try {
    return converter?.[side]({ target: 'draft-2020-12' }) ?? null;
  } catch {
    return null;
  }
}
