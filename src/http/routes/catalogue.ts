import type { Router } from 'express';
import type { Catalogue, CatalogueEntry } from '../../core/catalogue.ts';
import { describeEntry } from '../../core/catalogue.ts';
import { DoError } from '../../core/errors.ts';
import type { Kind } from '../../core/kind.ts';
import { NOT_FOUND, ofOtherKind } from '../../core/kind.ts';
import { isName } from '../../core/name.ts';
import type { ApiDeps } from '../deps.ts';
import { addRoute, segment } from './route.ts';

export function addCatalogueRoutes(router: Router, kind: Kind, { catalogue }: ApiDeps): void {
  addRoute(router, `/${kind}s`, {
    get: (_req, res) => {
      const entries = catalogue.list().filter((entry) => entry.kind === kind);
      res.json({ items: entries.map(describeEntry) });
    },
  });
  addRoute(router, `/${kind}s/:name`, {
    get: (req, res) => void res.json(describeEntry(findEntry(catalogue, kind, segment(req.params['name'])))),
  });
}

export function findEntry(catalogue: Catalogue, kind: Kind, name: string): CatalogueEntry {
  const entry = isName(name) ? catalogue.get(name) : undefined;
  if (entry?.kind === kind) return entry;
  if (entry) throw ofOtherKind(name, kind);
  throw new DoError(
    NOT_FOUND[kind],
    `There is no ${kind} ${JSON.stringify(name.slice(0, 128))}. \`GET /v1/${kind}s\` lists those there are; put the module of a new one under src/${kind}s and restart the worker.`,
  );
}
