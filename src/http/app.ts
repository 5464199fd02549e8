import { inspect } from 'node:util';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import { DoError } from '../core/errors.ts';
import { KINDS } from '../core/kind.ts';
import { requireKey } from './bearer.ts';
import type { ApiDeps } from './deps.ts';
import { problemHandler } from './problem.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { errorRoute } from './routes/errors.ts';
import { healthRoutes } from './routes/health.ts';
import { invocationRoutes } from './routes/invocations.ts';
import { invokeRoute } from './routes/invoke.ts';
import type { Route } from './routes/route.ts';
import { mountRoutes } from './routes/route.ts';
import { tellingRoutes } from './routes/telling.ts';

/** The HTTP facade: it asks for invocations and reads them; a handler never runs here. */
export function createApp(deps: ApiDeps): Express {
  const onError = deps.onError ?? logError;
  const app = express();
  app.disable('x-powered-by');
  // Invocations change while they are read; a validator would only cost a hash of every answer.
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  app.use('/v1', noStore, requireKey(deps.authenticate));
  mountRoutes(app, routesOf(deps, onError));
  app.use((req) => {
    throw new DoError('ROUTE_NOT_FOUND', `There is nothing at ${JSON.stringify(req.path.slice(0, 200))}.`);
  });
  app.use(problemHandler(onError));
  return app;
}

const logError = (error: unknown): void => void process.stderr.write(`${inspect(error)}\n`);

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};

/** All the API answers to. */
const routesOf = (deps: ApiDeps, onError: (error: unknown) => void): Route[] => [
  ...healthRoutes(deps, onError),
  errorRoute,
  ...KINDS.flatMap((kind) => [invokeRoute(kind, deps, onError), ...catalogueRoutes(kind, deps)]),
  ...invocationRoutes(deps),
  ...tellingRoutes(deps),
];
