import { KINDS } from '../core/kind.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiMetrics } from './observe/metrics.ts';
import { auditRoute } from './routes/audit.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { codecRoutes } from './routes/codec.ts';
import { consoleRoutes } from './routes/console.ts';
import { docsRoutes } from './routes/docs.ts';
import { errorRoute } from './routes/errors.ts';
import { healthRoutes } from './routes/health.ts';
import { invocationRoutes } from './routes/invocations.ts';
import { invokeRoute } from './routes/invoke.ts';
import { invokeBatchRoute } from './routes/invoke-batch.ts';
import { mcpRoute } from './routes/mcp.ts';
import { metricsRoute } from './routes/metrics.ts';
import { openApiRoute } from './routes/openapi.ts';
import type { Route } from './routes/route.ts';
import { tellingRoutes } from './routes/telling.ts';

/** All the API answers to. */
export function routeTable(deps: ApiDeps, onError: (error: unknown) => void, metrics: ApiMetrics): Route[] {
  const routes: Route[] = [
    ...healthRoutes(deps, onError),
    errorRoute,
    ...KINDS.flatMap((kind) => [
      invokeRoute(kind, deps, onError),
      invokeBatchRoute(kind, deps, onError),
      ...catalogueRoutes(kind, deps),
    ]),
    ...invocationRoutes(deps),
    auditRoute(deps, onError),
    ...tellingRoutes(deps),
    ...mcpRoute(deps, onError),
    ...codecRoutes(deps),
    ...docsRoutes,
    ...consoleRoutes,
    metricsRoute(metrics),
  ];
  routes.push(openApiRoute(routes, deps));
  return routes;
}
