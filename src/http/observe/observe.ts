import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { ActionLog } from '../../core/context.ts';
import { isName } from '../../core/name.ts';
import { executionIn } from '../../core/invocation-id.ts';
import { callerIfAny } from '../bearer.ts';
import type { ApiMetrics } from './metrics.ts';
import type { RequestContext } from './request-context.ts';
import { inRequest } from './request-context.ts';

/** Of a caller or a proxy, so that its logs and ours can be laid beside each other. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

export interface Watch {
  log: ActionLog;
  metrics: ApiMetrics;
  /** Each request is told at this level. */
  level: 'debug' | 'info';
}

/** Gives each request an id, and once it was answered a line in the log and a place in the metrics. */
export function observe({ log, metrics, level }: Watch): RequestHandler {
  return (req, res, next) => {
    const since = performance.now();
    const given = req.get('X-Request-Id');
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
    res.setHeader('X-Request-Id', requestId);
    const context: RequestContext = { requestId, invocations: [] };
    res.once('close', () => {
      const seconds = (performance.now() - since) / 1000;
      const told = { method: methodOf(req), route: routeOf(req), status: statusOf(res) };
      metrics.answered(told, seconds);
      log[level]('request', { ...told, ms: Math.round(seconds * 1000), ...detailsOf(req, res, context) });
    });
    inRequest(context, next);
  };
}

/** A client that went away was told nothing, whatever the status would have been. */
const statusOf = (res: Response): number => (res.writableFinished ? res.statusCode : 499);

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const methodOf = ({ method }: Request): string => (METHODS.includes(method) ? method : 'other');

/** As the table has it: a path holds ids, and whatever else somebody puts there. */
function routeOf(req: Request): string {
  const path = (req.route as { path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? path : 'none';
}

function detailsOf(req: Request, res: Response, { requestId, invocations }: RequestContext) {
  const { id, name } = req.params as { id?: unknown; name?: unknown };
  const named = typeof id === 'string' && executionIn(id) ? [id] : invocations;
  const caller = callerIfAny(res)?.id;
  return {
    requestId,
    ...(caller !== undefined && { caller }),
    ...(isName(name) && { name }),
    ...(named.length === 1 && { invocationId: named[0] }),
    ...(named.length > 1 && { invocationIds: named }),
    address: req.ip,
  };
}
