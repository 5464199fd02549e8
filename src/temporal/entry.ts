import type { Catalogue, CatalogueEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';
import type { Kind } from '../core/kind.ts';
import { NOT_FOUND, ofOtherKind } from '../core/kind.ts';

/** What is known of a name; with a `kind`, of that kind only. */
export function entryOf(catalogue: Catalogue, name: string, kind?: Kind): CatalogueEntry {
  const entry = catalogue.get(name);
  if (entry && (kind === undefined || entry.kind === kind)) return entry;
  throw entry && kind ? ofOtherKind(name, kind) : notFound(catalogue, name, kind ?? 'action');
}

function notFound(catalogue: Catalogue, name: string, kind: Kind): DoError {
  const known = catalogue.list().flatMap((entry) => (entry.kind === kind ? entry.name : []));
  return new DoError(
    NOT_FOUND[kind],
    `There is no ${kind} "${name.slice(0, 128)}": this process has not imported it, and it is not in the project's manifest. Known: ${known.join(', ') || 'none'}. Import its module, or put it under src/${kind}s and start the worker (\`npm start\`).`,
  );
}
