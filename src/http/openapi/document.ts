import { OpenApiGeneratorV31, OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import type { CatalogueEntry } from '../../core/catalogue.ts';
import { AUDIT } from './audit.ts';
import { addDefinition } from './definition.ts';
import type { MayBeDocumented } from './operation.ts';
import { addOperation, isDocumented, SECURITY_SCHEME } from './operation.ts';
import { PROBLEM } from './problem.ts';

/** OpenAPI 3.1 of the routes, and of the actions and workflows that whoever asks may know of. */
export function openApiDocument(
  routes: readonly MayBeDocumented[],
  entries: readonly CatalogueEntry[],
): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', SECURITY_SCHEME, {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. The roles of an operation are the scopes one of which the key has to have.',
  });
  for (const route of routes.filter(isDocumented)) {
    addOperation(registry, route);
    for (const entry of entries) if (entry.kind === route.doc.each) addDefinition(registry, route, entry);
  }
  // First those that raw text refers to.
  const first = [PROBLEM, AUDIT].map((schema) => ({ type: 'schema' as const, schema }));
  const definitions = [...first, ...registry.definitions];
  return new OpenApiGeneratorV31(definitions, { sortComponents: 'alphabetically' }).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Actions and workflows',
      version: '1',
      description:
        'Invokes actions and workflows, and tells everything that happened to them. With a key this document holds an operation for each action and workflow that the key may use.',
    },
    servers: [{ url: '/' }],
  });
}
