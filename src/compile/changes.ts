import type { Node } from '@babel/types';
import { durableCall } from './calls.ts';
import { Contexts } from './contexts.ts';
import { definitionOf } from './definition.ts';
import { below } from './nodes.ts';
import type { UserModule } from './module.ts';
import type { Project } from './project.ts';

/** Whether a name stands for something that statements at the top of the module may fill: no action, workflow or import. */
export function isTable(project: Project, module: UserModule, name: string): boolean {
  const binding = module.scopes.top.get(name);
  if (!binding || module.imports.has(name)) return false;
  const { node } = binding;
  const value = node.type === 'VariableDeclarator' ? node.init : undefined;
  return !value || typeof definitionOf(project, { module, node: value }) !== 'object';
}

/** A statement that invokes something is a script beside the workflows, whatever else it does. */
export function runsSomething(project: Project, module: UserModule, statement: Node): boolean {
  const none = new Contexts();
  return [...below(module, statement)].some(
    (node) => durableCall(project, none, { module, node }) !== undefined,
  );
}
