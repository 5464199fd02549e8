import { z } from 'zod';
import type { Kind } from '../../../core/kind.ts';
import { NOT_FOUND } from '../../../core/kind.ts';
import { ACTION, WORKFLOW } from '../catalogue.ts';
import type { RouteDoc } from '../route-doc.ts';
import { json } from '../route-doc.ts';
import { nameOf } from '../values.ts';

const WORDS = {
  action: { tag: 'Actions', schema: ACTION, list: 'listActions', get: 'getAction' },
  workflow: { tag: 'Workflows', schema: WORKFLOW, list: 'listWorkflows', get: 'getWorkflow' },
} as const;

export function listDefinitionsDoc(kind: Kind): RouteDoc {
  const { tag, schema, list } = WORDS[kind];
  return {
    tag,
    operationId: list,
    summary: `List the ${kind}s there are`,
    answers: { 200: json('Those that the key may read or invoke.', z.object({ items: z.array(schema) })) },
  };
}

export function definitionDoc(kind: Kind): RouteDoc {
  const { tag, schema, get } = WORDS[kind];
  return {
    tag,
    operationId: get,
    summary: kind === 'action' ? 'Describe an action' : 'Describe a workflow',
    params: z.object({ name: nameOf(`Of the ${kind}.`) }),
    answers: { 200: json('Its definition.', schema) },
    errors: [NOT_FOUND[kind]],
  };
}
