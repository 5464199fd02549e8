import { mayDescribe } from '../access.ts';
import { callerIfAny } from '../bearer.ts';
import type { ApiDeps } from '../deps.ts';
import { madeOnce } from '../openapi/cached.ts';
import { OPENAPI } from '../openapi/docs/system.ts';
import { openApiDocument } from '../openapi/document.ts';
import type { Route } from './route.ts';

/**
 * What anybody may know is this package's own. The names and schemas of the actions are the project's, so they are told to
 * the keys that may use them and to nobody else.
 */
export function openApiRoute(others: readonly Route[], { catalogue }: ApiDeps): Route {
  const route = {
    method: 'get',
    path: '/openapi.json',
    scope: 'public',
    takesKey: true,
    doc: OPENAPI,
  } as const;
  const textFor = madeOnce((entries) => JSON.stringify(openApiDocument([...others, route], entries)));
  return {
    ...route,
    handle: (_req, res) => {
      const caller = callerIfAny(res);
      const entries = caller ? catalogue.list().filter(({ name }) => mayDescribe(caller, name)) : [];
      res.setHeader('Cache-Control', 'no-store').setHeader('Vary', 'Authorization');
      res.type('json').send(textFor(entries));
    },
  };
}
