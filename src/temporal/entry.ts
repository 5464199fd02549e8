import type { Catalogue, CatalogueEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';

export function entryOf(catalogue: Catalogue, name: string): CatalogueEntry {
  const entry = catalogue.get(name);
  if (entry) return entry;
  const known = catalogue.list().map((action) => action.name);
  throw new DoError(
    'ACTION_NOT_FOUND',
    `There is no action "${name.slice(0, 128)}": this process has not imported it, and it is not in the project's manifest. Known: ${known.join(', ') || 'none'}. Import its module, or put it under src/actions and start the worker (\`npm start\`).`,
  );
}
