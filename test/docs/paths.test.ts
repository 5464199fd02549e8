import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../e2e/support.ts';

const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** A file or folder of the repository, as prose names it: in backticks, from the root or, in ARCHITECTURE.md, from src/. */
const NAMED = /`((?:test|examples|bench|src)\/[\w./-]+)`/g;
const ROOTS = ['', 'src'];

test.each(pages)('what %s names of the repository is there', (page) => {
  const named = [...readFileSync(join(ROOT, page), 'utf8').matchAll(NAMED)].map(([, path]) => path!);
  // A user's project has such folders too.
  const ours = named.filter((path) => !/^src\/(actions|workflows)\b/.test(path));
  const isThere = (path: string) =>
    ROOTS.some(
      (root) => [path, `${path}.ts`].some((name) => existsSync(join(ROOT, root, name))) || existsAs(path),
    );
  expect(ours.filter((path) => !isThere(path))).toEqual([]);
});

/** `examples/05` is the example of that number. */
const existsAs = (path: string): boolean =>
  /^examples\/\d\d$/.test(path) &&
  readdirSync(join(ROOT, 'examples')).some((name) => name.startsWith(path.slice('examples/'.length)));
