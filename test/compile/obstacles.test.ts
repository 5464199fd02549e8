import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileWorkflows } from '../../src/compile/compile.ts';
import { makeRuntime, makeTree } from './support.ts';

const PACKAGES = {
  'node_modules/reader/package.json': '{ "name": "reader", "version": "1.2.3", "main": "index.js" }',
  'node_modules/reader/index.js': "exports.read = require('./lib/read.js');",
  'node_modules/reader/lib/read.js': "module.exports = require('fs').readFileSync;",
  'node_modules/torn/package.json': '{ "name": "torn", "version": "1.0.0", "main": "index.js" }',
  'node_modules/torn/index.js': "module.exports = require('not-installed');",
  'node_modules/pure/package.json': '{ "name": "pure", "version": "2.0.0", "main": "index.js" }',
  'node_modules/pure/index.js': "exports.twice = (x) => 2 * x; exports.format = require('node:util').format;",
};

async function compile(flow: string, more: Record<string, string> = {}) {
  const root = makeTree({ ...PACKAGES, ...more, 'src/flow.ts': flow });
  const options = {
    files: [join(root, 'src/flow.ts')],
    actions: undefined,
    root,
    buildsDir: join(root, 'builds'),
  };
  return await compileWorkflows(options, makeRuntime());
}

test('a package that needs a Node builtin is told where the module imports it, with all else that is wrong', async () => {
  const built = compile(
    `import { Workflow } from '@do-sdk/core';
    import { text } from './lib.ts';
    import torn from 'torn';
    import { gone } from 'never-installed';
    export const order = new Workflow({ name: 'order.place', handler: async () => [text, torn, gone] });`,
    { 'src/lib.ts': "\nimport { read } from 'reader';\nexport const text = () => read('x');" },
  );
  await expect(built).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' });
  await expect(built).rejects.toMatchInlineSnapshot(`
    [DoError: The workflows cannot be built, because of 3 places:
      src/flow.ts:3:5 unresolved-import: \`not-installed\` cannot be found, which \`torn\` needs.
        Install the package, or correct its name.
      src/flow.ts:4:5 unresolved-import: \`never-installed\` cannot be found.
        Install the package, or correct its name.
      src/lib.ts:2:1 node-builtin: \`reader\` needs \`fs\`, which a workflow cannot have: it runs again from its record, so it may not act outside.
        Move what needs it into the handler of an action and call that as a step. A type alone is imported by \`import type\`.]
  `);
});

test('a package that only computes comes along, and its version is part of the manifest', async () => {
  const { codePath } = await compile(
    `import { Workflow } from '@do-sdk/core';
    import { twice, format } from 'pure';
    import { read } from 'reader';
    export const order = new Workflow({ name: 'order.place', handler: async () => format(twice(2)) });
    read('only outside of workflows');`,
  );
  const { default: manifest } = (await import(codePath.replace(/js$/, 'json'), {
    with: { type: 'json' },
  })) as {
    default: { packages: string[] };
  };
  expect(manifest.packages).toEqual(['pure@2.0.0']);
});
