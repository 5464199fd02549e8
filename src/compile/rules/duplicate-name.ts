import type { Definition } from '../definition.ts';
import { definitionOf } from '../definition.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Rule, RuleInput } from './rule.ts';
import { found } from './rule.ts';

/** Actions and workflows share one name space: by its name a run finds what it runs. */
export const duplicateName: Rule = (input) => {
  const definitions = definitionsOf(input);
  const first = new Map<string, Definition>();
  return definitions.flatMap((definition): Diagnostic[] => {
    const { name } = definition;
    const earlier = first.get(name);
    if (!earlier) first.set(name, definition);
    const where = earlier ? `at ${placeOf(input, earlier)}` : ofProcess(input, definition, definitions);
    if (where === undefined) return [];
    const message = `The name "${name}" is taken: it is defined ${where} and again here.`;
    const cure = 'Rename one of them, or import the first instead of defining it again.';
    return [found(input, 'duplicate-name', definition, message, cure)];
  });
};

type Named = Definition & { name: string };

function definitionsOf({ project, nodes }: RuleInput): Named[] {
  return nodes.flatMap((place) => {
    if (!place.module.isAction(place.node) && !place.module.isWorkflow(place.node)) return [];
    const definition = definitionOf(project, place);
    const isNamed = typeof definition === 'object' && definition.name !== undefined;
    return isNamed ? [definition as Named] : [];
  });
}

/** A workflow may have the name of an action that no workflow uses, so that its definition is not seen here. */
function ofProcess(
  { actions = [] }: RuleInput,
  { kind, name }: Named,
  all: readonly Named[],
): string | undefined {
  const isSeen = all.some((one) => one.kind === 'action' && one.name === name);
  const isTaken = kind === 'workflow' && !isSeen && actions.some((action) => action.name === name);
  return isTaken ? 'as an action of this process' : undefined;
}

function placeOf({ project }: RuleInput, { module, node }: Definition): string {
  const { line, column } = node.loc!.start;
  return `${project.relative(module.file)}:${line}:${column + 1}`;
}
