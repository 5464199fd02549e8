import type { ActionEntry, Catalogue, CatalogueEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';

/** The action that is told when an invocation of `entry` has failed: looked up at the start, since later is too late. */
export function failureHandlerOf(
  catalogue: Catalogue,
  { name, onFailure }: CatalogueEntry,
): ActionEntry | undefined {
  if (onFailure === undefined) return undefined;
  const handler = catalogue.get(onFailure);
  if (handler?.kind === 'action') return handler;
  throw new DoError(
    'ACTION_NOT_FOUND',
    `There is no action "${onFailure}", which \`onFailure\` of "${name}" names: this process has not imported it, and it is not in the project's manifest. Nothing was started.`,
  );
}
