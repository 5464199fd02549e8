import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** Every entry point of package.json. */
const ENTRIES = ['@do-sdk/core', '@do-sdk/core/worker', '@do-sdk/core/api', '@do-sdk/core/testing'];

/** What plain Node gets from the built package, not what the sources say. */
async function namesOf(entry: string): Promise<string[]> {
  const script = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(entry)}))))`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
  return JSON.parse(stdout) as string[];
}

test('each entry point exports these names; a change here is a change for users', async () => {
  const names: Record<string, string[]> = {};
  for (const entry of ENTRIES) names[entry] = await namesOf(entry);
  expect(names).toMatchInlineSnapshot(`
    {
      "@do-sdk/core": [
        "Action",
        "ActionError",
        "Do",
        "DoError",
        "Workflow",
        "client",
      ],
      "@do-sdk/core/api": [
        "createApi",
      ],
      "@do-sdk/core/testing": [
        "startTestServers",
        "testAction",
        "testWorkflow",
      ],
      "@do-sdk/core/worker": [
        "createWorker",
      ],
    }
  `);
});

test('the package holds the built code, the docs and nothing else', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  const expected = /^(dist\/[^.].*|docs\/.*|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(['dist/index.js', 'dist/workflow-bundle.js', 'LICENSE']));
});

interface Locked {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

test('the lock file serves every registry and every platform', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
  const isLocked = (parent: string, name: string) =>
    `node_modules/${name}` in packages || `${parent}/node_modules/${name}` in packages;
  expect(Object.keys(packages).filter((path) => packages[path]?.resolved)).toEqual([]);
  // With one of them absent `npm ci` refuses the whole file as not in sync, on all platforms.
  const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
  );
  expect(absent).toEqual([]);
});
