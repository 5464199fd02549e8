import type { Node } from '@babel/types';
import type { Obstacle } from './bundle-log.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Project } from './project.ts';
import { BUILTIN_CURE } from './rules/node-builtin.ts';

/** What the bundler met in packages, told where the user imports them. */
export function diagnose(project: Project, obstacles: readonly Obstacle[]): Diagnostic[] {
  return obstacles.map((obstacle) => {
    const [rule, message, cure] = wordsFor(obstacle);
    const { file, specifier } = obstacle;
    const node = file === undefined ? undefined : importOf(project, file, specifier);
    if (file !== undefined && node) return project.finding(rule, { file, node }, message, cure);
    const path = file === undefined ? 'node_modules' : project.relative(file);
    return { rule, file: path, line: 1, column: 1, message, cure };
  });
}

function wordsFor({ kind, what, specifier }: Obstacle): [rule: string, message: string, cure: string] {
  switch (kind) {
    case 'forbidden': {
      const who = specifier === undefined || specifier === what ? 'This' : `\`${specifier}\``;
      return [
        'node-builtin',
        `${who} needs \`${what}\`, which a workflow cannot have: it runs again from its record, so it may not act outside.`,
        BUILTIN_CURE,
      ];
    }
    case 'unresolved':
      return [
        'unresolved-import',
        `\`${what}\` cannot be found${specifier === what ? '' : `, which \`${specifier}\` needs`}.`,
        'Install the package, or correct its name.',
      ];
    case 'broken':
      return [
        'bundle',
        `The bundler stopped: ${what.split('\n')[0]}`,
        'Mend the module, or import it in an action instead.',
      ];
  }
}

function importOf(project: Project, file: string, specifier: string | undefined): Node | undefined {
  const body = project.module(file)?.body ?? [];
  return body.find(
    (node) => 'source' in node && (node.source as { value?: string } | null)?.value === specifier,
  );
}
