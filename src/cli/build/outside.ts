import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definingFiles } from '../../core/registry.ts';
import type { AnyAction } from '../../core/definition.ts';

/** Values only: what is imported for its types does nothing. */
const IMPORT = /(?:^|[;\n])\s*(?:import|export)\s+(?!type\b)(?:[\w*{}\s,$]+?\sfrom\s*)?['"]([^'"]+)['"]/g;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** They compute; whatever else is imported may act. */
const HARMLESS = new RegExp(
  `^(${[
    '@do-sdk/core(/.*)?',
    'zod(/.*)?|valibot|arktype|@standard-schema/.*',
    '(node:)?(assert|buffer|crypto|events|path|querystring|string_decoder|timers|timers/promises|url|util)',
  ].join('|')})$`,
);

const GLOBALS: readonly [RegExp, string][] = [
  [/\bfetch\s*\(/, 'fetch'],
  [/\bnew\s+WebSocket\b/, 'WebSocket'],
];

/** By what an action may act outside, as far as its handler and the modules around it show: names of what they use. */
export function outsideOf(action: AnyAction): string[] {
  const source = Function.prototype.toString.call(action.handler);
  const globals = GLOBALS.flatMap(([pattern, name]) => (pattern.test(source) ? [name] : []));
  const [file] = definingFiles(action.name);
  const imports = file === undefined ? [] : importsOf(pathOf(file), new Set());
  return [...new Set([...globals, ...imports])].sort();
}

const pathOf = (file: string): string => (file.startsWith('file:') ? fileURLToPath(file) : file);

function importsOf(file: string, seen: Set<string>): string[] {
  if (seen.has(file) || file.includes('/node_modules/')) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const names = [...text.matchAll(IMPORT), ...text.matchAll(DYNAMIC_IMPORT)].map(([, name]) => name!);
  return names.flatMap((name) => {
    if (!name.startsWith('.')) return HARMLESS.test(name) ? [] : [name];
    const next = moduleAt(resolve(dirname(file), name));
    return next === undefined ? [] : importsOf(next, seen);
  });
}

/** TypeScript may be imported by the name its output will have. */
function moduleAt(path: string): string | undefined {
  const candidates = [path, path.replace(/js$/, 'ts'), `${path}.ts`, `${path}.js`, `${path}/index.ts`];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
