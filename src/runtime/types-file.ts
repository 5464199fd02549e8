import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  allRegistered,
  allRegisteredWorkflows,
  definingFiles,
  registered,
  registeredWorkflow,
} from '../core/registry.ts';
import type { Project } from './project.ts';

const FILE = 'types.d.ts';

/**
 * Makes `client.action('name')` and `client.workflow('name')` typed for whoever includes the file in their
 * `tsconfig.json`: every definition that its module exports. Loads no module that was not loaded already.
 */
export async function writeTypes({ root, dataDir }: Project): Promise<void> {
  const actions = await linesOf(allRegistered(), registered, { root, dataDir });
  const workflows = await linesOf(allRegisteredWorkflows(), registeredWorkflow, { root, dataDir });
  const text = [
    '// Made by the build. Include it in tsconfig.json, and calls by name are typed.',
    "import '@do-sdk/core';",
    '',
    "declare module '@do-sdk/core' {",
    ...interfaceOf('Actions', actions),
    ...interfaceOf('Workflows', workflows),
    '}',
    '',
  ].join('\n');
  const file = join(dataDir, FILE);
  if (read(file) === text) return;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

const interfaceOf = (name: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : [`  interface ${name} {`, ...lines.map((line) => `    ${line}`), '  }'];

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function linesOf(
  definitions: { name: string }[],
  find: (name: string) => unknown,
  { root, dataDir }: Pick<Project, 'root' | 'dataDir'>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { name } of [...definitions].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const file of definingFiles(name)) {
      const path = file.startsWith('file:') ? fileURLToPath(file) : file;
      // What a package brings has no source in the project; what runs as a program may not have been loaded whole.
      if (!path.startsWith(root + sep) || path.includes('node_modules') || path === process.argv[1]) continue;
      const exported = await exportOf(path, find(name));
      if (exported === undefined) continue;
      lines.push(`'${name}': ${exportTypeOf(relative(dataDir, path), exported)};`);
      break;
    }
  }
  return lines;
}

async function exportOf(path: string, definition: unknown): Promise<string | undefined> {
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  return Object.keys(module).find((key) => module[key] === definition);
}

/** By the name that the module's output will have: so it is found under every setting of module resolution. */
function exportTypeOf(path: string, exported: string): string {
  const posix = path
    .split(sep)
    .join('/')
    .replace(/\.(m?)ts$/, '.$1js');
  const specifier = posix.startsWith('.') ? posix : `./${posix}`;
  return `typeof import('${specifier}')${exported === 'default' ? '.default' : `.${exported}`}`;
}
