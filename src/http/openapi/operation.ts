import type { OpenAPIRegistry, ResponseConfig, RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { Route } from '../routes/route.ts';
import { componentOf, problemResponse, problemsOf } from './problems.ts';
import type { Answer, RouteDoc } from './route-doc.ts';

export const SECURITY_SCHEME = 'key';

export interface Documented extends Omit<Route, 'handle' | 'doc'> {
  doc: RouteDoc;
}

export type MayBeDocumented = Omit<Route, 'handle'>;

export function isDocumented(route: MayBeDocumented): route is Documented {
  return route.doc !== undefined;
}

/** One operation of the document. `more` is what only this one has. */
export function addOperation(registry: OpenAPIRegistry, route: Documented, more: object = {}): void {
  const { method, path, doc } = route;
  const { operationId, summary, description, tag, params, query, headers, body } = doc;
  registry.registerPath({
    method,
    path: path.replaceAll(/:(\w+)/g, '{$1}'),
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    security: securityOf(route),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && {
        body: { required: body.required, content: { 'application/json': { schema: body.schema } } },
      }),
    },
    responses: { ...answersOf(doc), ...problemRefsOf(registry, route) },
    ...more,
  });
}

/** The document's own way to say that a key is taken and none is needed is an empty requirement beside it. */
function securityOf({ scope, takesKey }: Documented): NonNullable<RouteConfig['security']> {
  if (scope !== 'public') return [{ [SECURITY_SCHEME]: [scope] }];
  return takesKey ? [{ [SECURITY_SCHEME]: [] }, {}] : [];
}

const answersOf = ({ answers }: RouteDoc): RouteConfig['responses'] =>
  Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, toResponse(answer)]));

const toResponse = ({ description, content, headers }: Answer): ResponseConfig => ({
  description,
  ...(headers && { headers }),
  ...(content && {
    content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
  }),
});

function problemRefsOf(registry: OpenAPIRegistry, route: Documented): RouteConfig['responses'] {
  const refs: RouteConfig['responses'] = {};
  for (const [status, codes] of problemsOf(route)) {
    const name = componentOf(codes);
    registry.registerComponent('responses', name, problemResponse(status, codes));
    refs[status] = { $ref: `#/components/responses/${name}` };
  }
  return refs;
}
