import type { Node } from '@babel/types';
import type { Graph } from './graph.ts';
import type { Place } from './lookup.ts';
import type { UserModule } from './module.ts';
import { isFunction } from './walk.ts';

/** Every node that ends up in the bundle, module by module in a fixed order. */
export function* keptNodes(graph: Graph): Generator<Place> {
  const files = [...graph.kept.keys()].sort();
  for (const file of files) {
    const { module, units } = graph.kept.get(file)!;
    const inOrder = [...units].sort((a, b) => a.node.start! - b.node.start!);
    for (const { node } of inOrder) for (const part of below(module, node)) yield { module, node: part };
  }
}

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
