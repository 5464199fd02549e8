import { inspect } from 'node:util';
import express from 'express';
import type { Express, Router } from 'express';
import { DoError } from '../core/errors.ts';
import { KINDS } from '../core/kind.ts';
import { requireKey } from './bearer.ts';
import type { ApiDeps } from './deps.ts';
import { problemHandler } from './problem.ts';
import { addCatalogueRoutes } from './routes/catalogue.ts';
import { addErrorRoute } from './routes/errors.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addInvocationRoutes } from './routes/invocations.ts';
import { addInvokeRoute } from './routes/invoke.ts';
import { addTellingRoutes } from './routes/telling.ts';

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
  addHealthRoutes(app, deps, onError);
  addErrorRoute(app);
  app.use('/v1', v1(deps, onError));
  app.use((req) => {
    throw new DoError('ROUTE_NOT_FOUND', `There is nothing at ${JSON.stringify(req.path.slice(0, 200))}.`);
  });
  app.use(problemHandler(onError));
  return app;
}

const logError = (error: unknown): void => void process.stderr.write(`${inspect(error)}\n`);

function v1(deps: ApiDeps, onError: (error: unknown) => void): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  router.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.use(requireKey(deps.authenticate));
  for (const kind of KINDS) {
    addInvokeRoute(router, kind, deps, onError);
    addCatalogueRoutes(router, kind, deps);
  }
  addInvocationRoutes(router, deps);
  addTellingRoutes(router, deps);
  return router;
}
