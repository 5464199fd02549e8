import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Graph } from './graph.ts';
import { linksOf } from './links.ts';

/** `name@version` of every package that the bundle imports by itself. */
export function packagesOf({ kept, project }: Graph): string[] {
  const found = [...kept.values()].flatMap((one) =>
    linksOf(one)
      .filter(({ specifier }) => project.target(specifier, one.module.file).kind === 'package')
      .map(({ specifier }) => identify(specifier, dirname(one.module.file))),
  );
  return [...new Set(found)].sort();
}

function identify(specifier: string, from: string): string {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file)) {
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string };
      return `${name}@${version ?? ''}`;
    }
    if (folder === dirname(folder)) return name;
  }
}
