import type { Router } from 'express';
import { isDoError } from '../../core/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { sendProblem } from '../problem.ts';
import { addRoute } from './route.ts';

/** For whoever watches the process; without a key, so they tell nothing else. */
export function addHealthRoutes(router: Router, { ready }: ApiDeps, onError: (error: unknown) => void): void {
  addRoute(router, '/healthz', { get: (_req, res) => void res.json({ status: 'alive' }) });
  addRoute(router, '/readyz', {
    get: async (_req, res) => {
      try {
        await ready();
        res.json({ status: 'ready' });
      } catch (error) {
        const isOutage = isDoError(error) && error.code === 'TEMPORAL_UNAVAILABLE';
        // Probes come every few seconds, and an outage is told in full.
        if (!isOutage) onError(error);
        sendProblem(res, 'TEMPORAL_UNAVAILABLE', isOutage ? error.message : 'Requests cannot be served now.');
      }
    },
  });
}
