import type { Node } from '@babel/types';
import type { UserModule } from './module.ts';
import { isFunction } from './walk.ts';

/** A node and all below it, in the order in which they are written. */
export function* below(module: UserModule, node: Node): Generator<Node> {
  yield node;
  for (const child of module.childrenOf(node)) yield* below(module, child);
}

export function isInFunction(module: UserModule, node: Node): boolean {
  return ancestorsOf(module, node).some(isFunction);
}

/** The nearest first. */
export function ancestorsOf(module: UserModule, node: Node): Node[] {
  const found: Node[] = [];
  for (let at = module.scopes.parentOf.get(node); at; at = module.scopes.parentOf.get(at)) found.push(at);
  return found;
}
