import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueEntry } from '../core/catalogue.ts';

const FILE = 'manifest.json';

/** What the project's worker has, for processes that only ask: enough to start an action, none of its code. */
export function writeManifest(dataDir: string, entries: CatalogueEntry[]): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const plain = entries.map((entry) => ({ ...entry, input: undefined }));
  const temporary = join(dataDir, `${FILE}.${process.pid}`);
  writeFileSync(temporary, JSON.stringify({ actions: plain }, null, 2));
  // A reader sees the old list or the new one, never half of one.
  renameSync(temporary, join(dataDir, FILE));
}

/** Reads the manifest again only when the file has changed. */
export function manifestReader(dataDir: string): () => CatalogueEntry[] {
  const file = join(dataDir, FILE);
  let readAt = -1;
  let entries: CatalogueEntry[] = [];
  return () => {
    const changedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changedAt !== readAt) entries = changedAt === 0 ? [] : read(file);
    readAt = changedAt;
    return entries;
  };
}

function read(file: string): CatalogueEntry[] {
  const { actions } = JSON.parse(readFileSync(file, 'utf8')) as { actions?: CatalogueEntry[] };
  return actions ?? [];
}
