import type { Request } from 'express';
import { checkDecision } from '../../core/decision.ts';
import { notAName } from '../../core/kind.ts';
import { isName } from '../../core/name.ts';
import { callerOf } from '../bearer.ts';
import { readJson, readJsonIfAny } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { readIdempotencyKey } from '../idempotency-key.ts';
import { DECIDE, SIGNAL } from '../openapi/docs/telling.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/** What a workflow that runs is told from outside: signals, and decisions on what it asked. */
export const tellingRoutes = ({ backendFor }: ApiDeps): Route[] => [
  {
    method: 'post',
    path: '/v1/invocations/:id/signal/:name',
    scope: 'operate',
    doc: SIGNAL,
    handle: async (req, res) => {
      const { id, name } = told(req, 'signal');
      const backend = backendFor(callerOf(res));
      const idempotencyKey = readIdempotencyKey(req);
      await backend.signal(id, { name, payload: await readJsonIfAny(req, res), idempotencyKey });
      res.status(202).json(await backend.get(id));
    },
  },
  {
    method: 'post',
    path: '/v1/invocations/:id/approvals/:name',
    scope: 'operate',
    doc: DECIDE,
    handle: async (req, res) => {
      const { id, name } = told(req, 'approval');
      const backend = backendFor(callerOf(res));
      await backend.decide(id, name, checkDecision(await readJson(req, res), name));
      res.json(await backend.get(id));
    },
  },
];

function told(req: Request, sort: 'signal' | 'approval'): { id: string; name: string } {
  const name = segment(req.params['name']);
  if (!isName(name)) throw notAName(sort, name);
  return { id: segment(req.params['id']), name };
}
