import { callerOf } from '../bearer.ts';
import { readJson } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { countItems } from '../limits/rate.ts';
import { readPrefer } from '../prefer.ts';
import type { Route } from './route.ts';

/**
 * The Model Context Protocol, for whoever may invoke anything; each call is checked again by what it names. There is
 * nothing to GET or to DELETE: it has neither sessions nor streams of its own.
 */
export function mcpRoute(deps: ApiDeps, onError: (error: unknown) => void): Route[] {
  const { mcp, backendFor, stopping } = deps;
  if (!mcp) return [];
  const handle: Route['handle'] = async (req, res) => {
    const caller = callerOf(res);
    const { waitMs } = readPrefer(req);
    const body = await readJson(req, res);
    // Older versions of the protocol send several messages at a time.
    if (Array.isArray(body)) await countItems(res, body.length);
    await mcp(req, res, { caller, backend: backendFor(caller), body, waitMs, stopping, onError });
  };
  return [{ method: 'post', path: '/mcp', scope: 'invoke', handle }];
}
