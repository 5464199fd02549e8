import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tempDir } from './temp-dir.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('fixtures/load-project.mjs', import.meta.url));

interface Loaded {
  files?: string[];
  names?: string[];
  code?: string;
  message?: string;
}

/** A project that has installed this package. */
function projectWith(files: Record<string, string>): string {
  const root = tempDir({ 'package.json': '{"name":"loaded","type":"module"}', ...files });
  mkdirSync(join(root, 'node_modules/@do-sdk'), { recursive: true });
  symlinkSync(PACKAGE, join(root, 'node_modules/@do-sdk/core'));
  return root;
}

/** In a process of its own, as a worker is: what it imports stays imported. */
async function load(root: string): Promise<Loaded> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, root], { cwd: root });
  return JSON.parse(stdout) as Loaded;
}

const defining = (name: string) =>
  `import { Action } from '@do-sdk/core';\nexport const action = new Action({ name: '${name}', handler: () => 1 });\n`;

test('every module under src/actions and src/workflows is imported, TypeScript or not', async () => {
  const root = projectWith({
    'src/actions/b.ts': `${defining('load.b')}const typed: number = 1;\nexport { typed };\n`,
    'src/actions/a.mjs': defining('load.a'),
    'src/actions/mail/c.mts': `import { name } from '../../names.ts';\n${defining('load.c')}export { name };\n`,
    'src/actions/mail/d.js': defining('load.d'),
    'src/workflows/e.ts': defining('load.e'),
    'src/names.ts': `export const name: string = 'c';\n`,
  });
  const { files, names } = await load(root);
  const expected = [
    'actions/a.mjs',
    'actions/b.ts',
    'actions/mail/c.mts',
    'actions/mail/d.js',
    'workflows/e.ts',
  ];
  expect(files).toEqual(expected.map((file) => join(root, 'src', file)));
  expect(names).toEqual(['load.a', 'load.b', 'load.c', 'load.d', 'load.e']);
});

test('tests, declarations and what is no module stay out', async () => {
  const fatal = 'throw new Error("imported");';
  const root = projectWith({
    'src/actions/a.ts': defining('load.only'),
    'src/actions/a.test.ts': fatal,
    'src/actions/a.spec.mjs': fatal,
    'src/actions/a.d.ts': fatal,
    'src/actions/a.json': '{}',
    'src/actions/README.md': fatal,
    'src/other.ts': fatal,
  });
  expect((await load(root)).names).toEqual(['load.only']);
});

test('a project without those folders has nothing to load', async () => {
  expect(await load(projectWith({}))).toEqual({ files: [], names: [] });
});

test("this package's own built-in actions are not loaded as a project's", async () => {
  expect(await load(PACKAGE.replace(/\/$/, ''))).toEqual({ files: [], names: [] });
});

test('two modules that define one name are refused with both places', async () => {
  const root = projectWith({
    'src/actions/one.ts': defining('load.same'),
    'src/actions/two.ts': defining('load.same'),
  });
  const { code, message } = await load(root);
  expect(code).toBe('ACTION_DUPLICATE');
  expect(message).toMatch(/"load\.same" is taken.*src\/actions\/one\.ts.*src\/actions\/two\.ts/s);
});

test('a module that cannot be imported is told', async () => {
  const root = projectWith({ 'src/actions/a.ts': 'throw new Error("no database");' });
  expect((await load(root)).message).toContain('no database');
});
