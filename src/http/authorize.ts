import type { Request, RequestHandler } from 'express';
import { isName } from '../core/name.ts';
import { requireDescribe, requireInvocation, requireScope } from './access.ts';
import { callerOf } from './bearer.ts';
import type { Caller } from './deps.ts';
import type { Route, RouteScope } from './routes/route.ts';
import { segment } from './routes/route.ts';

/**
 * Whether a caller may use a route with what its path names. Asked before anything else of a request is looked at, so
 * that an unknown name without its scope is 403 and says nothing of what there is.
 */
export function authorize({ path, scope }: Pick<Route, 'path' | 'scope'>): RequestHandler | undefined {
  if (scope === 'public') return undefined;
  const check = checkOf(path, scope);
  return (req, res, next) => {
    check(callerOf(res), req);
    next();
  };
}

function checkOf(path: string, scope: Exclude<RouteScope, 'public'>): (caller: Caller, req: Request) => void {
  if (path.includes('/:id'))
    return (caller, req) => requireInvocation(caller, scope, segment(req.params['id']));
  const named = path.includes('/:name');
  // Text that can be no name is compared with no pattern: only `*` may learn that there is none.
  const nameIn = (req: Request): string | undefined => {
    if (!named) return undefined;
    const name = segment(req.params['name']);
    return isName(name) ? name : '';
  };
  // Of a list, what is not theirs is left out by the one who makes it.
  if (scope === 'read' && isCatalogue(path)) return (caller, req) => requireDescribe(caller, nameIn(req));
  return (caller, req) => requireScope(caller, scope, nameIn(req));
}

const isCatalogue = (path: string): boolean => /^\/v1\/(actions|workflows)(\/|$)/.test(path);
