import type { Express, RequestHandler } from 'express';
import { DoError } from '../../core/errors.ts';
import type { RouteDoc } from '../openapi/route-doc.ts';

/** What a key has to be allowed; `public` routes need none. */
export type RouteScope = 'public' | 'read' | 'invoke' | 'operate' | 'admin';

/** One thing the API answers to. */
export interface Route {
  method: 'get' | 'post';
  /** From the root; what varies is written `:name`. */
  path: string;
  scope: RouteScope;
  /** Of a public route: a key is not needed, and whoever sends one is told more. */
  takesKey?: true;
  /** In the OpenAPI document; absent where that is for nobody who reads it. */
  doc?: RouteDoc;
  handle: RequestHandler;
}

/** Any other method of a path is 405 and says which there are. `before` is what a route's requests pass first. */
export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  before: (route: Route) => RequestHandler[],
): void {
  for (const [path, ofPath] of byPath(routes)) {
    const route = app.route(path);
    for (const one of ofPath) route[one.method](...before(one), one.handle);
    const allowed = ofPath
      .flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : ['POST']))
      .join(', ');
    route.all((req, res) => {
      res.setHeader('Allow', allowed);
      throw new DoError('METHOD_NOT_ALLOWED', `${req.method} is not possible here; possible: ${allowed}.`);
    });
  }
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

/** The segment of a path; only wildcards, which no route of ours has, would be lists. */
export const segment = (value: string | string[] | undefined): string => String(value ?? '');
