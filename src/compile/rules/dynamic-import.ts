import type { Node } from '@babel/types';
import type { UserModule } from '../module.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** What is loaded while it runs cannot be looked at before. */
export const dynamicImport: Rule = (input) =>
  input.nodes.flatMap((place) => {
    const how = howLoaded(place.module, place.node);
    if (how === undefined) return [];
    const message = `A workflow loads a module by \`${how}\` while it runs, so that it cannot be checked beforehand, and another one may be there at a replay.`;
    return [
      found(input, 'dynamic-import', place, message, 'Write `import … from …` at the top of the module.'),
    ];
  });

function howLoaded(module: UserModule, node: Node): string | undefined {
  if (node.type === 'ImportExpression' || node.type === 'Import') return 'import()';
  if (node.type === 'TSExternalModuleReference') return 'import = require()';
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'require')
    return undefined;
  return module.scopes.bindingOf.has(node.callee) ? undefined : 'require()';
}
