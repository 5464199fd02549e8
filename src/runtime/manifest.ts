import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionEntry, CatalogueEntry, WorkflowEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';

const FILE = 'manifest.json';

interface Manifest {
  actions?: ActionEntry[];
  workflows?: WorkflowEntry[];
}

/** What the project's worker has, for processes that only ask: enough to start an action, none of its code. */
export function writeManifest(dataDir: string, entries: CatalogueEntry[]): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const plain = entries.map((entry) => ({ ...entry, input: undefined }));
  const temporary = join(dataDir, `${FILE}.${process.pid}`);
  const actions = plain.filter(({ kind }) => kind === 'action');
  const workflows = plain.filter(({ kind }) => kind === 'workflow');
  writeFileSync(temporary, JSON.stringify({ actions, workflows }, null, 2));
  // A reader sees the old list or the new one, never half of one.
  renameSync(temporary, join(dataDir, FILE));
}

/** Reads the manifest again only when the file has changed. */
export function manifestReader(dataDir: string): () => CatalogueEntry[] {
  const file = join(dataDir, FILE);
  let known: string | undefined;
  let entries: CatalogueEntry[] = [];
  return () => {
    const stat = statSync(file, { throwIfNoEntry: false });
    // Two writes may fall into one tick of the file system's clock; each is a file of its own.
    const found = stat && `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
    if (found !== known) entries = found === undefined ? [] : read(file);
    known = found;
    return entries;
  };
}

function read(file: string): CatalogueEntry[] {
  try {
    const { actions = [], workflows = [] } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    // An earlier version of this package wrote no kind.
    return [...actions.map((entry) => ({ ...entry, kind: 'action' as const })), ...workflows];
  } catch (cause) {
    const cure = 'Delete it and start the worker, which writes it anew.';
    throw new DoError('DEFINITION_INVALID', `The manifest ${file} cannot be read. ${cure}`, { cause });
  }
}
