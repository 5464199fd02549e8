import type { StepEntry } from '../../core/step.ts';
import type { Contexts } from '../contexts.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Graph } from '../graph.ts';
import type { Place } from '../lookup.ts';
import type { Project } from '../project.ts';

/** What a rule looks at. */
export interface RuleInput {
  project: Project;
  graph: Graph;
  /** Every node that ends up in the bundle. */
  nodes: readonly Place[];
  contexts: Contexts;
  actions: readonly StepEntry[] | undefined;
  /** What `@do-sdk/core` has in a workflow. */
  sdkNames: ReadonlySet<string>;
  /** Every `new Workflow(…)` among the nodes. */
  workflows: readonly Place[];
}

/** What it finds wrong. */
export type Rule = (input: RuleInput) => Diagnostic[];

export function found(
  { project }: RuleInput,
  rule: string,
  { module, node }: Place,
  message: string,
  cure: string,
): Diagnostic {
  return project.finding(rule, { file: module.file, node }, message, cure);
}
