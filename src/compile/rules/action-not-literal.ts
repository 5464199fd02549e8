import { definitionOf, propertyOf } from '../definition.ts';
import { actionLiteral } from '../reference.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** Of an action its name is taken over and nothing else, so it has to be found without running anything. */
export const actionNotLiteral: Rule = (input) =>
  input.nodes.flatMap((place) => {
    const { module, node } = place;
    if (node.type === 'NewExpression' && module.isAction(node) && !actionLiteral(node)) {
      const message =
        '`new Action(…)` does not show its `name`, so that it cannot be told from its handler, which has to stay outside of workflows.';
      const cure = "Write `new Action({ name: '…', … })`, with what is spread before the name.";
      return [found(input, 'action-not-literal', place, message, cure)];
    }
    if (!module.isWorkflow(node)) return [];
    const definition = definitionOf(input.project, place);
    if (typeof definition === 'object' && definition.name !== undefined) return [];
    const how = propertyOf(node, 'name')
      ? 'has a name that is known at run time only'
      : 'does not show its `name`';
    const message = `\`new Workflow(…)\` ${how}, but a build lists its workflows by name.`;
    return [found(input, 'action-not-literal', place, message, "Write `new Workflow({ name: '…', … })`.")];
  });
