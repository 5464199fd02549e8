import type { Node } from '@babel/types';
import type { StepEntry } from '../core/step.ts';
import { Contexts, handlerOf, isDeclaredContext } from './contexts.ts';
import type { Diagnostic } from './diagnostic.ts';
import { sorted } from './diagnostic.ts';
import { Graph } from './graph.ts';
import { keptNodes } from './kept-nodes.ts';
import type { Place } from './lookup.ts';
import { Project } from './project.ts';
import { REFUSALS, WARNINGS } from './rules/index.ts';
import { isFunction } from './walk.ts';

export interface AnalysisInput {
  files: readonly string[];
  root: string;
  actions: readonly StepEntry[] | undefined;
  /** What `@do-sdk/core` has in a workflow. */
  sdkNames: ReadonlySet<string>;
}

export interface Analysis {
  graph: Graph;
  /** Every `new Workflow(…)` of the build. */
  workflows: Place[];
  refusals: Diagnostic[];
  warnings: Diagnostic[];
}

/** What the files come to, and everything that is wrong with it. */
export function analyse({ files, root, actions, sdkNames }: AnalysisInput): Analysis {
  const project = new Project(root);
  const graph = new Graph(project);
  for (const file of files) graph.addRoots(file);
  const nodes = [...keptNodes(graph)];
  const workflows = nodes.filter(({ module, node }) => module.isWorkflow(node));
  const contexts = contextsIn(project, nodes);
  const input = { project, graph, nodes, contexts, actions, sdkNames, workflows };
  return {
    graph,
    workflows,
    refusals: sorted([...project.problems, ...REFUSALS.flatMap((rule) => rule(input))]),
    warnings: sorted(WARNINGS.flatMap((rule) => rule(input))),
  };
}

function contextsIn(project: Project, nodes: readonly Place[]): Contexts {
  const contexts = new Contexts();
  for (const { module, node } of nodes) {
    const handler = module.isWorkflow(node) ? handlerOf(project, module, node) : undefined;
    const parameter: Node | undefined = handler?.node.params[1];
    if (handler && parameter) contexts.addParameter(handler.module, parameter, handler.node);
    if (!isFunction(node)) continue;
    for (const declared of node.params.filter(isDeclaredContext))
      contexts.addParameter(module, declared, node);
  }
  return contexts;
}
