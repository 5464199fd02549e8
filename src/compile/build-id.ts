import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepEntry } from '../core/step.ts';
import { posixFrom } from './resolve.ts';

/** What a build is made of. Nothing in it differs from machine to machine, or from one time to the next. */
export interface Ingredients {
  /** By path from the project's root. */
  sources: ReadonlyMap<string, string>;
  steps: readonly StepEntry[];
  /** `name@version` of the packages that the sources import. */
  packages: readonly string[];
  /** Of this package: its version and what runs the workflows. */
  runtime: string;
}

const DIGITS = 16;

export function buildIdOf({ sources, steps, packages, runtime }: Ingredients): string {
  const inOrder = [...sources].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([inOrder, steps, [...packages].sort(), runtime]);
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
}

/** A digest of the modules that run workflows, so that another release of them makes other builds. */
export function digestOf(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
      // Node before 20.12 calls it `path`.
      .map((entry) => join((entry as { parentPath?: string }).parentPath ?? entry.path, entry.name))
      .sort();
    for (const file of files) hash.update(posixFrom(folder, file)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}
