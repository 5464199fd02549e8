import type { Node } from '@babel/types';
import { SDK } from '../sdk.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

export const BUILTIN_CURE =
  'Move what needs it into the handler of an action and call that as a step. A type alone is imported by `import type`.';

/** A workflow runs again from its record, so it may not act outside. Packages are seen by the bundler. */
export const nodeBuiltin: Rule = (input) => {
  const { graph, project } = input;
  return [...graph.kept.values()].flatMap(({ module, imports, exports }) => {
    const kept = new Set<Node>([...[...imports].map(({ node }) => node), ...exports]);
    return module.body.flatMap((node) => {
      if (!('source' in node) || !node.source || typeof node.source === 'string') return [];
      const specifiers: readonly Node[] = 'specifiers' in node ? (node.specifiers as Node[]) : [];
      if (!kept.has(node) && !specifiers.some((one) => kept.has(one))) return [];
      const specifier = (node.source as { value: string }).value;
      const needs = `A workflow imports \`${specifier}\``;
      if (project.target(specifier, module.file).kind === 'builtin')
        return [found(input, 'node-builtin', { module, node }, `${needs}: ${WHY}`, BUILTIN_CURE)];
      if (!specifier.startsWith(`${SDK}/`)) return [];
      return [
        found(input, 'node-builtin', { module, node }, `${needs}, which runs on Node: ${WHY}`, BUILTIN_CURE),
      ];
    });
  });
};

const WHY = 'it runs again from its record, in a sandbox without Node, so it may not act outside.';
