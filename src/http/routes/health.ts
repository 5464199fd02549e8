import type { DoError } from '../../core/errors.ts';
import { isDoError } from '../../core/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { HEALTHZ, READYZ } from '../openapi/docs/system.ts';
import { sendProblem } from '../problem.ts';
import type { Route } from './route.ts';

/** For whoever watches the process; without a key, so they tell nothing else. */
export const healthRoutes = ({ ready }: ApiDeps, onError: (error: unknown) => void): Route[] => [
  {
    method: 'get',
    path: '/healthz',
    scope: 'public',
    doc: HEALTHZ,
    handle: (_req, res) => void res.json({ status: 'alive' }),
  },
  {
    method: 'get',
    path: '/readyz',
    scope: 'public',
    doc: READYZ,
    handle: async (_req, res) => {
      try {
        await ready();
        res.json({ status: 'ready' });
      } catch (error) {
        // Probes come every few seconds, and an outage is told in full.
        if (!isOutage(error)) onError(error);
        const { code, message } = isOutage(error) ? error : UNFORESEEN;
        sendProblem(res, code, message);
      }
    },
  },
];

const isOutage = (error: unknown): error is DoError =>
  isDoError(error) && (error.code === 'TEMPORAL_UNAVAILABLE' || error.code === 'STORE_UNAVAILABLE');

const UNFORESEEN = { code: 'TEMPORAL_UNAVAILABLE', message: 'Requests cannot be served now.' } as const;
