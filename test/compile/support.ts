import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { onTestFinished } from 'vitest';
import type { RuntimePaths } from '../../src/compile/plan.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import type { StepEntry } from '../../src/core/step.ts';
import { removeTree } from '../support/remove-tree.ts';

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

export const stepEntry = (name: string, more: Partial<StepEntry> = {}): StepEntry => ({
  name,
  version: '1',
  policy: resolvePolicy(),
  queue: `shop/${name}`,
  ...more,
});

/** A folder of its own, with these files and the packages of this repository. */
export function makeTree(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'do-compile-')));
  onTestFinished(() => removeTree(root));
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** What stands in for the sandbox: a bundle of it tells what it was made of. */
export function makeRuntime(): RuntimePaths {
  const root = makeTree({
    'sandbox/prologue.js': 'globalThis.prologue = true;',
    'sandbox/sdk.js': `
      export const defined = [];
      export class Workflow { constructor(it) { defined.push([it.name, it.handler]); } }
      export class Action { constructor(it) { this.keys = Object.keys(it); } invoke() { return this.keys; } }
      export const client = { action: (name) => ({ invoke: () => name }) };`,
    'sandbox/build-entry.js': 'export let build; export const defineBuild = (it) => { build = it; };',
    'sandbox/run-workflow.js': `
      import { build } from './build-entry.js';
      import { defined } from './sdk.js';
      export const runWorkflow = (name, ...args) => ({ build, names: defined.map(([one]) => one), run: () => new Map(defined).get(name)(...args) });`,
    'core/loop.js': 'export {};',
  });
  symlinkSync(NODE_MODULES, join(root, 'node_modules'));
  return { sandboxDir: join(root, 'sandbox'), coreDir: join(root, 'core') };
}

interface Ran {
  build: { id: string; actions: Record<string, StepEntry> };
  names: string[];
  run: () => unknown;
}

/** Evaluates a bundle as Temporal's sandbox does, and gives what its default export says. */
export function evaluate(codePath: string, ...args: unknown[]): Ran {
  const context = createContext({
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    __webpack_module_cache__: {},
  });
  runInContext(readFileSync(codePath, 'utf8'), context);
  const { importWorkflows } = runInContext('__TEMPORAL__', context) as {
    importWorkflows: () => { default: unknown };
  };
  return (importWorkflows().default as (...args: unknown[]) => Ran)(...args);
}
