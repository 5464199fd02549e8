import type { Diagnostic } from '../diagnostic.ts';
import type { Definition } from '../definition.ts';
import { definitionOf } from '../definition.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** Actions and workflows share one name space: by its name a run finds what it runs. */
export const duplicateName: Rule = (input) => {
  const { project, actions } = input;
  const definitions = input.nodes.flatMap((place) => {
    if (!place.module.isAction(place.node) && !place.module.isWorkflow(place.node)) return [];
    const definition = definitionOf(project, place);
    return typeof definition === 'object' && definition.name !== undefined ? [definition] : [];
  });
  const actionNames = new Set(actions?.map(({ name }) => name));
  const findings: Diagnostic[] = [];
  const first = new Map<string, Definition>();
  for (const definition of definitions) {
    const name = definition.name!;
    const earlier = first.get(name);
    if (!earlier) first.set(name, definition);
    const other = earlier
      ? `at ${placeOf(earlier)}`
      : clashes(definition)
        ? 'as an action of this process'
        : undefined;
    if (other === undefined) continue;
    const message = `The name "${name}" is taken: it is defined ${other} and again here.`;
    findings.push(
      found(
        input,
        'duplicate-name',
        definition,
        message,
        'Rename one of them, or import the first instead of defining it again.',
      ),
    );
  }
  return findings;

  function clashes({ kind, name }: Definition): boolean {
    // The definition of the action itself is among the nodes when it is used.
    const isDefined = definitions.some((one) => one.kind === 'action' && one.name === name);
    return kind === 'workflow' && actionNames.has(name!) && !isDefined;
  }

  function placeOf({ module, node }: Definition): string {
    const { line, column } = node.loc!.start;
    return `${project.relative(module.file)}:${line}:${column + 1}`;
  }
};
