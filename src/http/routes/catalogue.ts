import type { Catalogue, CatalogueEntry } from '../../core/catalogue.ts';
import { describeEntry } from '../../core/catalogue.ts';
import { DoError } from '../../core/errors.ts';
import type { Kind } from '../../core/kind.ts';
import { NOT_FOUND, ofOtherKind } from '../../core/kind.ts';
import { isName } from '../../core/name.ts';
import type { ApiDeps } from '../deps.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

export const catalogueRoutes = (kind: Kind, { catalogue }: ApiDeps): Route[] => [
  {
    method: 'get',
    path: `/v1/${kind}s`,
    scope: 'read',
    handle: (_req, res) => {
      const entries = catalogue.list().filter((entry) => entry.kind === kind);
      res.json({ items: entries.map(describeEntry) });
    },
  },
  {
    method: 'get',
    path: `/v1/${kind}s/:name`,
    scope: 'read',
    handle: (req, res) =>
      void res.json(describeEntry(findEntry(catalogue, kind, segment(req.params['name'])))),
  },
];

export function findEntry(catalogue: Catalogue, kind: Kind, name: string): CatalogueEntry {
  const entry = isName(name) ? catalogue.get(name) : undefined;
  if (entry?.kind === kind) return entry;
  if (entry) throw ofOtherKind(name, kind);
  throw new DoError(
    NOT_FOUND[kind],
    `There is no ${kind} ${JSON.stringify(name.slice(0, 128))}. \`GET /v1/${kind}s\` lists those there are; put the module of a new one under src/${kind}s and restart the worker.`,
  );
}
