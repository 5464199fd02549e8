import { isInFunction } from '../nodes.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** A run finds its workflow by name in the bundle; one that a function makes is there only once that was called. */
export const workflowNotTopLevel: Rule = (input) =>
  input.workflows.flatMap((place) => {
    if (!isInFunction(place.module, place.node)) return [];
    const message =
      'A workflow is defined in a function. A run that goes on after a crash or a deploy would not find it, because nobody has called that function by then.';
    const cure = 'Define it at the top of the module: `export const onboard = new Workflow({ … })`.';
    return [found(input, 'workflow-not-top-level', place, message, cure)];
  });
