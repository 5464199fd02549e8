import type { StepEntry } from '../core/step.ts';
import { durableCall } from './calls.ts';
import { Contexts } from './contexts.ts';
import { definitionOf } from './definition.ts';
import type { Graph } from './graph.ts';
import { keptNodes } from './kept-nodes.ts';

/**
 * The actions that a build has to know: those it names, or all of them where a name is known at run time only. The rest
 * stays outside, so that a change of theirs makes no new build.
 */
export function embeddedSteps(graph: Graph, actions: readonly StepEntry[]): StepEntry[] {
  const inOrder = [...actions].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = namesOf(graph);
  return names ? inOrder.filter(({ name }) => names.has(name)) : inOrder;
}

/** Null where some name is known at run time only, or to a package. */
function namesOf(graph: Graph): Set<string> | null {
  const names = new Set<string>();
  const contexts = new Contexts();
  for (const place of keptNodes(graph)) {
    if (place.node.type !== 'NewExpression' && place.node.type !== 'CallExpression') continue;
    const call = durableCall(graph.project, contexts, place);
    if (call?.kind === 'step' && !call.target) return null;
    const definition = definitionOf(graph.project, place);
    if (typeof definition !== 'object' || definition.kind !== 'action') continue;
    if (definition.name === undefined) return null;
    names.add(definition.name);
  }
  return names;
}
