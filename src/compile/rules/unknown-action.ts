import type { Definition } from '../definition.ts';
import { clientCall, definitionOf } from '../definition.ts';
import type { Rule, RuleInput } from './rule.ts';
import { found } from './rule.ts';
import { nearest } from './nearest.ts';

/** A name that nothing here has would fail when the step is reached, days later perhaps. */
export const unknownAction: Rule = (input) => {
  const { actions, workflows, project } = input;
  if (!actions) return [];
  const actionNames = new Set(actions.map(({ name }) => name));
  const workflowNames = new Set(workflows.flatMap((place) => namesOf(definitionOf(project, place))));
  return input.nodes.flatMap((place) => {
    const { module, node } = place;
    const kind = module.isAction(node) ? 'action' : clientCall(module, node);
    const definition = kind && definitionOf(project, place);
    // Of `client.action(charge)` the definition is another node, which is looked at by itself.
    if (typeof definition !== 'object' || definition.node !== node || definition.name === undefined)
      return [];
    const known = kind === 'action' ? actionNames : workflowNames;
    if (known.has(definition.name)) return [];
    const others = kind === 'action' ? workflowNames : actionNames;
    return [refused(input, definition, { known, others })];
  });
};

const namesOf = (definition: Definition | 'foreign' | undefined): string[] =>
  typeof definition === 'object' && definition.name !== undefined ? [definition.name] : [];

function refused(
  input: RuleInput,
  definition: Definition,
  names: { known: Set<string>; others: Set<string> },
) {
  const { kind, name = '' } = definition;
  const other = kind === 'action' ? 'workflow' : 'action';
  if (names.others.has(name)) {
    const message = `"${name}" is named as ${article(kind)}, but is ${article(other)}.`;
    return found(input, 'unknown-action', definition, message, `Write \`client.${other}('${name}')\`.`);
  }
  const like = nearest(name, names.known);
  const where = kind === 'action' ? 'no action of this process' : 'no workflow of this build';
  const cure =
    like === undefined
      ? `Import the module that defines it, or correct the name.`
      : `Did you mean "${like}"?`;
  return found(
    input,
    'unknown-action',
    definition,
    `There is no ${kind} "${name}": ${where} has the name.`,
    cure,
  );
}

const article = (kind: string): string => (kind === 'action' ? 'an action' : 'a workflow');
