import { isInFunction } from '../nodes.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** The bundle is evaluated before a workflow begins, and nothing can be waited for then. */
export const topLevelAwait: Rule = (input) =>
  input.nodes.flatMap((place) => {
    const { module, node } = place;
    const waits = node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await);
    if (!waits || isInFunction(module, node)) return [];
    const message =
      'A workflow needs this value, but it is awaited outside of any function: there is no run yet that could wait.';
    return [
      found(
        input,
        'top-level-await',
        place,
        message,
        'Await it in the handler; what acts outside belongs into an action.',
      ),
    ];
  });
