import type { Node } from '@babel/types';
import type { Place } from './lookup.ts';
import { lookup } from './lookup.ts';
import type { Project } from './project.ts';

const DEEPEST = 20;

/** The string an expression always has; undefined where only a run tells. */
export function constantOf(project: Project, place: Place, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  const found = lookup(project, place);
  if (found === 'foreign' || found === undefined) return undefined;
  const { module, node } = found;
  const again = (part: Node): string | undefined => constantOf(project, { module, node: part }, depth + 1);
  switch (node.type) {
    case 'StringLiteral':
      return node.value;
    case 'TemplateLiteral': {
      const parts = node.expressions.map(again);
      if (parts.includes(undefined)) return undefined;
      return node.quasis.map(({ value }, at) => (value.cooked ?? '') + (parts[at] ?? '')).join('');
    }
    case 'BinaryExpression': {
      const [left, right] = node.operator === '+' ? [again(node.left), again(node.right)] : [];
      return left !== undefined && right !== undefined ? left + right : undefined;
    }
    default:
      return undefined;
  }
}
