import { DEFAULT_TENANT, tenantOf } from '../../core/caller.ts';
import { DoError } from '../../core/errors.ts';
import { requireScope } from '../access.ts';
import { callerOf } from '../bearer.ts';
import type { ApiMetrics } from '../observe/metrics.ts';
import type { Route } from './route.ts';

/**
 * For a key, since the names of actions and how often they run are nobody else's business: one that may read everything,
 * and of no tenant, whose share cannot be told apart here.
 */
export const metricsRoute = (metrics: ApiMetrics): Route => ({
  method: 'get',
  path: '/metrics',
  scope: 'read',
  handle: async (_req, res) => {
    const caller = callerOf(res);
    requireScope(caller, 'read', '*');
    if (tenantOf(caller.id) !== DEFAULT_TENANT)
      throw new DoError(
        'FORBIDDEN',
        'The metrics are of all tenants, and so for keys of none: use one of the default tenant.',
      );
    const { type, body } = await metrics.text();
    res.setHeader('Content-Type', type);
    res.end(body);
  },
});
