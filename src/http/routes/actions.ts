import type { Router } from 'express';
import type { Catalogue, CatalogueEntry } from '../../core/catalogue.ts';
import { describeEntry } from '../../core/catalogue.ts';
import { DoError } from '../../core/errors.ts';
import { isName } from '../../core/name.ts';
import type { ApiDeps } from '../deps.ts';
import { addRoute, segment } from './route.ts';

export function addActionRoutes(router: Router, { catalogue }: ApiDeps): void {
  addRoute(router, '/actions', {
    get: (_req, res) => void res.json({ items: catalogue.list().map(describeEntry) }),
  });
  addRoute(router, '/actions/:name', {
    get: (req, res) => void res.json(describeEntry(findAction(catalogue, segment(req.params['name'])))),
  });
}

export function findAction(catalogue: Catalogue, name: string): CatalogueEntry {
  const entry = isName(name) ? catalogue.get(name) : undefined;
  if (entry) return entry;
  throw new DoError(
    'ACTION_NOT_FOUND',
    `There is no action ${JSON.stringify(name.slice(0, 128))}. \`GET /v1/actions\` lists those there are; put the module of a new one under src/actions and restart the worker.`,
  );
}
