import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Project } from './project.ts';

const FOLDERS = ['src/actions', 'src/workflows'];
const MODULE = /(?<!\.d|\.test|\.spec)\.(ts|mts|js|mjs)$/;
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Imports every module that defines the project's actions and returns their files. */
export async function loadProject({ root }: Project): Promise<string[]> {
  // In this package's own folder src/actions holds the built-in ones, which are loaded anyway.
  if (join(root, '/') === PACKAGE_ROOT) return [];
  const files = FOLDERS.flatMap((folder) => modulesUnder(join(root, folder)));
  if (files.some((file) => /ts$/.test(file))) (await import('tsx/esm/api')).register();
  for (const file of files) await import(pathToFileURL(file).href);
  return files;
}

function modulesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.filter((name) => MODULE.test(name)).map((name) => join(folder, name));
}
