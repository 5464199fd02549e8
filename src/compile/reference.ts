import type { Node, ObjectExpression } from '@babel/types';
import { bare, childrenOf, propertyName } from './walk.ts';

/** What of `new Action({ … })` a workflow needs: its name. Everything else, its handler above all, stays outside. */
export interface ActionLiteral {
  object: ObjectExpression;
  /** The property that holds the name. */
  name: Extract<Node, { type: 'ObjectProperty' }>;
}

/** Undefined where the argument does not show by itself what the name is. */
export function actionLiteral(node: Extract<Node, { type: 'NewExpression' }>): ActionLiteral | undefined {
  const [first] = node.arguments;
  const object = first && bare(first);
  if (object?.type !== 'ObjectExpression') return undefined;
  const at = object.properties.findLastIndex((entry) => propertyName(entry) === 'name');
  const name = object.properties[at];
  // What is spread behind it may hold another name.
  const isOverridden = object.properties.slice(at + 1).some(({ type }) => type === 'SpreadElement');
  return name?.type === 'ObjectProperty' && !isOverridden ? { object, name } : undefined;
}

/** As `childrenOf`, but of the actions' definitions only what stays of them. */
export function keptChildrenOf(node: Node, isAction: (node: Node) => boolean): Node[] {
  if (node.type !== 'NewExpression' || !isAction(node)) return childrenOf(node);
  const literal = actionLiteral(node);
  return literal ? [node.callee, literal.name.value] : childrenOf(node);
}
