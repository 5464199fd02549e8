import express from 'express';
import type { Express, RequestHandler } from 'express';
import type { ActionLog } from '../core/context.ts';
import { DoError } from '../core/errors.ts';
import type { ApiDeps } from './deps.ts';
import { Gates } from './gates.ts';
import { GuardedBackend } from './guard.ts';
import { allowOrigins, securityHeaders } from './limits/headers.ts';
import { Load } from './limits/load.ts';
import { LoopLag } from './limits/loop-lag.ts';
import type { Limits } from './limits/settings.ts';
import { ApiMetrics } from './observe/metrics.ts';
import { observe } from './observe/observe.ts';
import { currentRequest } from './observe/request-context.ts';
import { problemHandler } from './problem.ts';
import { codecOrigin } from './routes/codec.ts';
import { mountRoutes } from './routes/route.ts';
import { routeTable } from './table.ts';

/** The HTTP facade: it asks for invocations and reads them; a handler never runs here. */
export function createApp(deps: ApiDeps): Express {
  const { limits = UNLIMITED, log = SILENT, requestLevel: level = 'debug' } = deps;
  const metrics = new ApiMetrics();
  const onError = deps.onError ?? ((error: unknown) => log.error('A request met a fault', faultOf(error)));
  const gates = new Gates(deps.authenticate, limits, metrics);
  const lagMs = deps.lagMs ?? (limits.maxLagMs === undefined ? () => 0 : new LoopLag().read);
  const load = new Load(limits, () => metrics.refused('overload'), lagMs);
  metrics.watch(load);
  const app = configured(limits);
  app.use(observe({ log, metrics, level }), securityHeaders(), ...corsOf(limits), load.admit);
  app.use(...codecOrigin(deps));
  app.use('/v1', noStore, gates.key);
  mountRoutes(app, routeTable(guarded(deps, metrics), onError, metrics), gates.of);
  app.use('/v1', gates.limitCaller);
  app.use((req) => {
    throw new DoError('ROUTE_NOT_FOUND', `There is nothing at ${JSON.stringify(req.path.slice(0, 200))}.`);
  });
  app.use(problemHandler(onError));
  return app;
}

const UNLIMITED: Limits = { maxRequests: Infinity, maxWaiting: Infinity, corsOrigins: [] };

const ignore = (): void => undefined;
const SILENT: ActionLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const faultOf = (error: unknown) => ({ requestId: currentRequest()?.requestId, error });

function configured({ trustProxy }: Limits): Express {
  const app = express();
  app.disable('x-powered-by');
  // Invocations change while they are read; a validator would only cost a hash of every answer.
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  return app;
}

/** Off by default: without the header no browser lets a page read an answer. */
const corsOf = ({ corsOrigins }: Limits): RequestHandler[] =>
  corsOrigins.length === 0 ? [] : [allowOrigins(corsOrigins)];

/** Every door gets its invocations through the guard. */
const guarded = (deps: ApiDeps, metrics: ApiMetrics): ApiDeps => ({
  ...deps,
  backendFor: (caller) =>
    new GuardedBackend(deps.backendFor(caller), caller, ({ name }, { id }) => {
      metrics.accepted(name);
      currentRequest()?.invocations.push(id);
    }),
});

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};
