import type { Node } from '@babel/types';
import type { Graph, Kept } from './graph.ts';

/** An import or `export … from` that is left in the bundle. */
export interface Link {
  specifier: string;
  node: Node;
}

export function linksOf({ module, imports, exports }: Kept): Link[] {
  const kept = new Set<Node>([...[...imports].map(({ node }) => node), ...exports]);
  return module.body.flatMap((node) => {
    const isLink =
      node.type === 'ImportDeclaration' ||
      node.type === 'ExportNamedDeclaration' ||
      node.type === 'ExportAllDeclaration';
    if (!isLink || !node.source) return [];
    const parts: readonly Node[] = node.type === 'ExportAllDeclaration' ? [] : node.specifiers;
    const isKept = kept.has(node) || parts.some((part) => kept.has(part));
    return isKept ? [{ specifier: node.source.value, node }] : [];
  });
}

/** The files of data that the bundle holds. */
export function dataOf({ kept, project }: Graph): string[] {
  const targets = [...kept.values()].flatMap((one) =>
    linksOf(one).map(({ specifier }) => project.target(specifier, one.module.file)),
  );
  return [...new Set(targets.flatMap((target) => (target.kind === 'data' ? [target.file] : [])))].sort();
}
