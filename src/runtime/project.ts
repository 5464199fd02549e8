import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface Project {
  /** The folder of the nearest package.json, or the working directory. */
  root: string;
  /** Names the task queues: every process of a project, on every machine, serves the same ones. */
  name: string;
  /** Where the embedded servers keep their files. */
  dataDir: string;
}

export function findProject(cwd = process.cwd(), env: NodeJS.ProcessEnv = process.env): Project {
  const root = rootAbove(realpathSync(cwd)) ?? realpathSync(cwd);
  return { root, name: nameOf(root), dataDir: resolve(root, env['DO_DATA_DIR'] || '.do') };
}

function rootAbove(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent);
}

function nameOf(root: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : 'default';
  } catch {
    return 'default';
  }
}
