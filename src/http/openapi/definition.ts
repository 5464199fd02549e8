import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import type { CatalogueEntry } from '../../core/catalogue.ts';
import { embedded } from './embed.ts';
import type { Documented } from './operation.ts';
import { addOperation } from './operation.ts';
import type { Answer, Reference, RouteDoc } from './route-doc.ts';
import { jsonValue } from './values.ts';

/** The operation of one action or workflow: the general one with its own input and output. */
export function addDefinition(registry: OpenAPIRegistry, route: Documented, entry: CatalogueEntry): void {
  const { name, kind, description, inputSchema } = entry;
  const { params: _params, description: general, ...doc } = route.doc;
  const invocation = addInvocation(registry, entry);
  const one: RouteDoc = {
    ...doc,
    operationId: `${doc.operationId}.${name}`,
    summary: `Invoke the ${kind} ${name}`,
    description: [description, general].filter((text) => text !== undefined).join('\n\n'),
    body: { required: true, schema: addSchema(registry, `${name}.input`, inputSchema) ?? jsonValue() },
    answers: Object.fromEntries(
      Object.entries(doc.answers).map(([status, answer]) => [status, answerWith(answer, invocation)]),
    ),
  };
  addOperation(registry, { ...route, path: route.path.replace(':name', name), doc: one }, tellingOf(entry));
}

/** What no other part of the document can say. */
const tellingOf = (entry: CatalogueEntry): object => ({
  'x-version': entry.version,
  ...(entry.kind === 'action' ? { 'x-atomicity-level': entry.level } : { 'x-signals': entry.signals }),
});

const answerWith = (answer: Answer, schema: Reference): Answer => ({
  ...answer,
  content: { 'application/json': schema },
});

function addInvocation(registry: OpenAPIRegistry, { name, outputSchema }: CatalogueEntry): Reference {
  const output = addSchema(registry, `${name}.output`, outputSchema);
  if (!output) return { $ref: '#/components/schemas/Invocation' };
  return registry.registerComponent('schemas', `${name}.invocation`, {
    allOf: [
      { $ref: '#/components/schemas/Invocation' },
      { type: 'object', properties: { output: { anyOf: [output, { type: 'null' }] } } },
    ],
  }).ref;
}

/** Undefined where none is known: then it may be anything. */
function addSchema(
  registry: OpenAPIRegistry,
  component: string,
  schema: object | null,
): Reference | undefined {
  if (schema === null) return undefined;
  return registry.registerComponent('schemas', component, embedded(schema, component)).ref;
}
