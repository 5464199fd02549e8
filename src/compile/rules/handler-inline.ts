import { definitionOf } from '../definition.ts';
import { bare, propertyName } from '../walk.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** A handler is no part of the bundle; called inline, it would act at every replay, unrecorded. */
export const handlerInline: Rule = (input) =>
  input.nodes.flatMap(({ module, node }) => {
    if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return [];
    const property = propertyName(node);
    if (property !== 'handler' && property !== 'compensate') return [];
    const target = definitionOf(input.project, { module, node: node.object });
    if (typeof target !== 'object' || target.kind !== 'action') return [];
    const object = module.text.slice(bare(node.object).start!, bare(node.object).end!);
    const message = `\`${object}.${property}\` is used in a workflow, which has the name of "${target.name ?? object}" only: inline it would act again at every replay, and be on no record.`;
    return [
      found(input, 'handler-inline', { module, node }, message, `Write \`await ${object}.invoke(input)\`.`),
    ];
  });
