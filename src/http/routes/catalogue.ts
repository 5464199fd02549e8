import type { Catalogue, CatalogueEntry } from '../../core/catalogue.ts';
import { describeEntry } from '../../core/catalogue.ts';
import { DoError } from '../../core/errors.ts';
import type { Kind } from '../../core/kind.ts';
import { NOT_FOUND, ofOtherKind } from '../../core/kind.ts';
import { isName } from '../../core/name.ts';
import { mayDescribe } from '../access.ts';
import { callerOf } from '../bearer.ts';
import type { ApiDeps } from '../deps.ts';
import { definitionDoc, listDefinitionsDoc } from '../openapi/docs/catalogue.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

export const catalogueRoutes = (kind: Kind, { catalogue }: ApiDeps): Route[] => [
  {
    method: 'get',
    path: `/v1/${kind}s`,
    scope: 'read',
    doc: listDefinitionsDoc(kind),
    handle: (_req, res) => {
      const caller = callerOf(res);
      const items = catalogue
        .list()
        .filter((entry) => entry.kind === kind && mayDescribe(caller, entry.name))
        .map(described);
      res.type('json').send(`{"items":[${items.join(',')}]}`);
    },
  },
  {
    method: 'get',
    path: `/v1/${kind}s/:name`,
    scope: 'read',
    doc: definitionDoc(kind),
    handle: (req, res) =>
      void res.type('json').send(described(findEntry(catalogue, kind, segment(req.params['name'])))),
  },
];

/** Entries never change: another definition is another entry. */
const texts = new WeakMap<CatalogueEntry, string>();

function described(entry: CatalogueEntry): string {
  const known = texts.get(entry) ?? JSON.stringify(describeEntry(entry));
  texts.set(entry, known);
  return known;
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
