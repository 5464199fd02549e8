import type { Graph } from './graph.ts';
import type { Place } from './lookup.ts';
import { below } from './nodes.ts';

/** Every node that ends up in the bundle, module by module in a fixed order. */
export function* keptNodes(graph: Graph): Generator<Place> {
  const files = [...graph.kept.keys()].sort();
  for (const file of files) {
    const { module, units } = graph.kept.get(file)!;
    const inOrder = [...units].sort((a, b) => a.node.start! - b.node.start!);
    for (const { node } of inOrder) for (const part of below(module, node)) yield { module, node: part };
  }
}
