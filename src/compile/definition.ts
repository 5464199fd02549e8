import type { Node } from '@babel/types';
import { constantOf } from './constant.ts';
import type { Place } from './lookup.ts';
import { lookup } from './lookup.ts';
import type { UserModule } from './module.ts';
import type { Project } from './project.ts';
import { actionLiteral } from './reference.ts';
import { sdkName } from './sdk.ts';
import { bare, propertyName } from './walk.ts';

/** An action or workflow: where it is defined, or named by `client.action(…)`. */
export interface Definition extends Place {
  kind: 'action' | 'workflow';
  /** Undefined where only a run tells. */
  name: string | undefined;
}

/** What an expression stands for, if it is an action or workflow. `foreign`: it comes from a package. */
export function definitionOf(project: Project, place: Place): Definition | 'foreign' | undefined {
  const found = lookup(project, place);
  if (found === 'foreign' || found === undefined) return found;
  const { module, node } = found;
  if (node.type === 'NewExpression') return definedBy(project, found);
  const kind = clientCall(module, node);
  if (!kind || node.type !== 'CallExpression') return undefined;
  const [argument] = node.arguments;
  if (!argument) return { kind, name: undefined, module, node };
  const given = definitionOf(project, { module, node: argument });
  if (typeof given === 'object') return given;
  return { kind, name: constantOf(project, { module, node: argument }), module, node };
}

function definedBy(project: Project, { module, node }: Place): Definition | undefined {
  const kind = module.isAction(node) ? 'action' : module.isWorkflow(node) ? 'workflow' : undefined;
  if (!kind || node.type !== 'NewExpression') return undefined;
  const name = kind === 'action' ? actionLiteral(node)?.name.value : propertyOf(node, 'name');
  return { kind, name: name && constantOf(project, { module, node: name }), module, node };
}

/** Whether a call is `client.action(…)` or `client.workflow(…)`. */
export function clientCall(module: UserModule, node: Node): 'action' | 'workflow' | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const callee = bare(node.callee);
  const method = propertyName(callee);
  if (callee.type !== 'MemberExpression' || (method !== 'action' && method !== 'workflow')) return undefined;
  return sdkName(callee.object, module.scopes, module.file) === 'client' ? method : undefined;
}

/** A property of the object that `new Workflow(…)` is given, where it is written out. */
export function propertyOf(node: Node, property: string): Node | undefined {
  const argument = node.type === 'NewExpression' && node.arguments[0] ? bare(node.arguments[0]) : undefined;
  if (argument?.type !== 'ObjectExpression') return undefined;
  const entry = argument.properties.findLast((one) => propertyName(one) === property);
  return entry?.type === 'ObjectProperty' ? entry.value : entry;
}
