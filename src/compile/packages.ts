import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Graph } from './graph.ts';

/** `name@version` of every package that the kept code imports. */
export function packagesOf(graph: Graph): string[] {
  const found = new Set<string>();
  for (const { module, imports, exports } of graph.kept.values()) {
    const links = module.body.filter((node) => 'source' in node && node.source !== null);
    for (const link of links) {
      const { source, specifiers = [] } = link as {
        source: { value: string };
        specifiers?: readonly unknown[];
      };
      const isKept =
        exports.has(link) ||
        specifiers.some((one) => exports.has(one as never)) ||
        [...imports].some(({ node }) => node === link);
      if (isKept && graph.project.target(source.value, module.file).kind === 'package')
        found.add(identify(source.value, dirname(module.file)));
    }
  }
  return [...found].sort();
}

function identify(specifier: string, from: string): string {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file))
      return `${name}@${(JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version ?? ''}`;
    if (folder === dirname(folder)) return name;
  }
}
