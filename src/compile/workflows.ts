import type { Node } from '@babel/types';
import { constantOf } from './constant.ts';
import { handlerOf } from './contexts.ts';
import { definitionOf, propertyOf } from './definition.ts';
import type { Place } from './lookup.ts';
import type { CompiledWorkflow } from './options.ts';
import type { Project } from './project.ts';
import { Trace } from './trace.ts';

/** What a workflow is, as far as its code tells; nothing for one without a name, which a rule refuses. */
export function describeWorkflow(project: Project, place: Place): CompiledWorkflow[] {
  const { module, node } = place;
  const definition = definitionOf(project, place);
  if (typeof definition !== 'object' || definition.name === undefined) return [];
  const literal = (property: string): string | undefined => {
    const value = propertyOf(node, property);
    return value && constantOf(project, { module, node: value });
  };
  const description = literal('description');
  return [
    {
      name: definition.name,
      version: literal('version') ?? '1',
      ...(description !== undefined && { description }),
      file: project.relative(module.file),
      line: node.loc!.start.line,
      ...handledBy(project, module, node),
    },
  ];
}

function handledBy(
  project: Project,
  module: Place['module'],
  node: Node,
): Pick<CompiledWorkflow, 'signals' | 'approvals' | 'waits' | 'steps'> {
  const handler = handlerOf(project, module, node);
  if (!handler) return { signals: null, approvals: null, waits: [], steps: [] };
  const trace = new Trace(project, handler.module, handler.node);
  return {
    signals: trace.namesOf('signal'),
    approvals: trace.namesOf('approval'),
    waits: trace.waits,
    steps: trace.steps,
  };
}
