import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';

/** Where an import leads. */
export type Target =
  /** A module of the user's, which is cut down to what workflows need. */
  | { kind: 'module'; file: string }
  /** Data, taken as it is. */
  | { kind: 'data'; file: string }
  /** A package of node_modules, left to the bundler. */
  | { kind: 'package' }
  | { kind: 'builtin' }
  | { kind: 'missing' };

/** TypeScript may be imported by the name its output will have, and by a name without an ending. */
function candidatesOf(path: string): string[] {
  const endings = ['.ts', '.mts', '.js', '.mjs', '.json'];
  const asTyped = path.replace(/\.([cm]?)js$/, '.$1ts');
  return [
    ...(asTyped === path ? [] : [asTyped]),
    path,
    ...endings.map((ending) => path + ending),
    ...endings.map((ending) => `${path}/index${ending}`),
  ];
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Temporal's bundler brings these along. */
const ALLOWED = /^(node:)?(assert|url|util)$/;

export function resolveImport(specifier: string, from: string, aliases: Aliases): Target {
  if (isBuiltin(specifier)) return ALLOWED.test(specifier) ? { kind: 'package' } : { kind: 'builtin' };
  if (/^(\.|\/)/.test(specifier)) return targetAt(resolve(dirname(from), specifier)) ?? { kind: 'missing' };
  for (const path of aliases(specifier)) {
    const target = targetAt(path);
    if (target) return target;
  }
  return { kind: 'package' };
}

function targetAt(path: string): Target | undefined {
  const found = candidatesOf(path).find(isFile);
  if (found === undefined) return undefined;
  const file = realpathSync(found);
  if (/[\\/]node_modules[\\/]/.test(file)) return { kind: 'package' };
  return { kind: /\.[cm]?[jt]sx?$/.test(file) ? 'module' : 'data', file };
}

/** Where `paths` of the project's tsconfig.json may lead. */
export type Aliases = (specifier: string) => string[];

/** As the compiler reads them, but for `extends`. */
export function aliasesOf(root: string): Aliases {
  const { paths = {}, baseUrl = '.' } = compilerOptions(resolve(root, 'tsconfig.json'));
  const patterns = Object.entries(paths).map(([pattern, places]) => {
    const [before = '', after] = pattern.split('*');
    return { before, after, places: places.map((place) => resolve(root, baseUrl, place)) };
  });
  return (specifier) =>
    patterns.flatMap(({ before, after, places }) => {
      if (after === undefined) return specifier === before ? places : [];
      if (!specifier.startsWith(before) || !specifier.endsWith(after)) return [];
      const middle = specifier.slice(before.length, specifier.length - after.length);
      return places.map((place) => place.replace('*', middle));
    });
}

interface CompilerOptions {
  paths?: Record<string, string[]>;
  baseUrl?: string;
}

function compilerOptions(file: string): CompilerOptions {
  if (!isFile(file)) return {};
  const text = readFileSync(file, 'utf8');
  // Comments and trailing commas are allowed in it; strings are matched first, so that `"@/*"` begins no comment.
  const json = text
    .replace(/("(?:[^"\\]|\\.)*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/g, '$1');
  try {
    return (JSON.parse(json) as { compilerOptions?: CompilerOptions }).compilerOptions ?? {};
  } catch {
    // The compiler of types tells better what is wrong with it.
    return {};
  }
}

/** The same on every machine. */
export const posixFrom = (root: string, file: string): string => relative(root, file).split(sep).join('/');
