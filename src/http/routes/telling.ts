import type { Request, Response, Router } from 'express';
import { checkDecision } from '../../core/decision.ts';
import { notAName } from '../../core/kind.ts';
import { isName } from '../../core/name.ts';
import { callerOf } from '../bearer.ts';
import { readJson, readJsonIfAny } from '../body.ts';
import type { ApiBackend, ApiDeps } from '../deps.ts';
import { readIdempotencyKey } from '../idempotency-key.ts';
import { addRoute, segment } from './route.ts';

interface Told {
  id: string;
  name: string;
  backend: ApiBackend;
}

/** What a workflow that runs is told from outside: signals, and decisions on what it asked. */
export function addTellingRoutes(router: Router, { backendFor }: ApiDeps): void {
  const told = (req: Request, res: Response, sort: 'signal' | 'approval'): Told => {
    const name = segment(req.params['name']);
    if (!isName(name)) throw notAName(sort, name);
    return { id: segment(req.params['id']), name, backend: backendFor(callerOf(res).id) };
  };
  addRoute(router, '/invocations/:id/signal/:name', {
    post: async (req, res) => {
      const { id, name, backend } = told(req, res, 'signal');
      const idempotencyKey = readIdempotencyKey(req);
      await backend.signal(id, { name, payload: await readJsonIfAny(req, res), idempotencyKey });
      res.status(202).json(await backend.get(id));
    },
  });
  addRoute(router, '/invocations/:id/approvals/:name', {
    post: async (req, res) => {
      const { id, name, backend } = told(req, res, 'approval');
      await backend.decide(id, name, checkDecision(await readJson(req, res), name));
      res.json(await backend.get(id));
    },
  });
}
