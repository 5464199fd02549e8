import type { CatalogueEntry } from '../../core/catalogue.ts';

/** Keys see different parts of the catalogue, though seldom many different ones. */
const MOST_KEPT = 20;

/** `make`, once for the same entries: they are compared by identity, since another definition is another entry. */
export function madeOnce<T>(
  make: (entries: readonly CatalogueEntry[]) => T,
): (entries: readonly CatalogueEntry[]) => T {
  const kept: { entries: readonly CatalogueEntry[]; made: T }[] = [];
  return (entries) => {
    const found = kept.find((one) => isSame(one.entries, entries));
    if (found) return found.made;
    const made = make(entries);
    kept.unshift({ entries, made });
    kept.splice(MOST_KEPT);
    return made;
  };
}

const isSame = (one: readonly CatalogueEntry[], other: readonly CatalogueEntry[]): boolean =>
  one.length === other.length && one.every((entry, at) => entry === other[at]);
