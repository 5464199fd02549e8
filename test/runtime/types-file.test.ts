import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempDir } from './temp-dir.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const ACTIONS = `
import { Action } from '@do-sdk/core';
export const charge = new Action({ name: 'card.charge', handler: (_: { cents: number }) => ({ receipt: 'r' }) });
new Action({ name: 'not.exported', handler: () => null });
`;
const WORKFLOWS = `
import { Workflow } from '@do-sdk/core';
import { charge } from '../actions/charge.ts';
export const order = new Workflow({ name: 'order', handler: async (i: { n: number }) => charge.invoke({ cents: i.n }) });
`;
const CALLS = `
import { client } from '@do-sdk/core';
export const receipt: Promise<{ receipt: string }> = client.action('card.charge').invoke({ cents: 1 });
export const ordered: Promise<{ receipt: string }> = client.workflow('order').invoke({ n: 1 });
export const untyped: Promise<unknown> = client.action('not.exported').invoke('anything');
// @ts-expect-error cents is a number
void client.action('card.charge').invoke({ cents: 'one' });
// @ts-expect-error n is missing
void client.workflow('order').invoke({});
`;
const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
  },
  include: ['src', '.do/types.d.ts'],
};

function projectOf(files: Record<string, string>): string {
  const root = tempDir();
  mkdirSync(join(root, 'node_modules/@do-sdk'), { recursive: true });
  symlinkSync(ROOT, join(root, 'node_modules/@do-sdk/core'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

test('after a build, calls by name are typed as calls by the object are', () => {
  const root = projectOf({
    'package.json': '{ "name": "typed", "type": "module" }',
    'tsconfig.json': JSON.stringify(TSCONFIG),
    'src/actions/charge.ts': ACTIONS,
    'src/workflows/order.ts': WORKFLOWS,
    'src/calls.ts': CALLS,
  });
  const run = (program: string, args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' });
  const build = run(join(ROOT, 'dist/cli/main.js'), ['build']);
  expect(build.status, build.stderr).toBe(0);
  const types = readFileSync(join(root, '.do/types.d.ts'), 'utf8');
  expect(types).toContain("'card.charge': typeof import('../src/actions/charge.js').charge;");
  expect(types).toContain("'order': typeof import('../src/workflows/order.js').order;");
  expect(types).not.toContain('not.exported');
  const tsc = run(createRequire(import.meta.url).resolve('typescript/bin/tsc'), ['-p', '.']);
  expect(tsc.stdout).toBe('');
});
