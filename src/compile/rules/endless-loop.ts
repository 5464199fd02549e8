import type { Node } from '@babel/types';
import { durableCall } from '../calls.ts';
import { ancestorsOf, below } from '../nodes.ts';
import type { Place } from '../lookup.ts';
import type { Rule, RuleInput } from './rule.ts';
import { found } from './rule.ts';

/** Only a warning: it may end by a `break` long before the record is full. */
export const endlessLoop: Rule = (input) =>
  input.nodes.flatMap((place) => {
    const { module, node } = place;
    if (!isEndless(node) || isInLoopOfContext(input, place)) return [];
    const hasSteps = [...below(module, node)].some((part) =>
      durableCall(input.project, input.contexts, { module, node: part }),
    );
    if (!hasSteps) return [];
    const message =
      'A loop with steps in it has no end: every round makes the record of the invocation longer, which Temporal limits.';
    const cure =
      'Write `await ctx.loop(state, async (state) => …)`, which goes on in a fresh record by itself.';
    return [found(input, 'endless-loop', place, message, cure)];
  });

function isEndless(node: Node): boolean {
  if (node.type === 'ForStatement') return !node.test;
  const isWhile = node.type === 'WhileStatement' || node.type === 'DoWhileStatement';
  return isWhile && node.test.type === 'BooleanLiteral' && node.test.value;
}

function isInLoopOfContext({ project, contexts }: RuleInput, { module, node }: Place): boolean {
  return ancestorsOf(module, node).some((outer) => {
    const call = durableCall(project, contexts, { module, node: outer });
    return call?.kind === 'wait' && call.verb === 'loop';
  });
}
