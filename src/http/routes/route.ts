import type { RequestHandler, Router } from 'express';
import { DoError } from '../../core/errors.ts';

type Methods = Partial<Record<'get' | 'post', RequestHandler>>;

/** A path with all it answers to; any other method is 405 and says which there are. */
export function addRoute(router: Router, path: string, methods: Methods): void {
  const route = router.route(path);
  if (methods.get) route.get(methods.get);
  if (methods.post) route.post(methods.post);
  const allowed = [...(methods.get ? ['GET', 'HEAD'] : []), ...(methods.post ? ['POST'] : [])].join(', ');
  route.all((req, res) => {
    res.setHeader('Allow', allowed);
    throw new DoError('METHOD_NOT_ALLOWED', `${req.method} is not possible here; possible: ${allowed}.`);
  });
}

/** The segment of a path; only wildcards, which no route of ours has, would be lists. */
export const segment = (value: string | string[] | undefined): string => String(value ?? '');
