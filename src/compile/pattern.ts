import type { Node } from '@babel/types';

/** The names that a parameter, a declarator or an assignment binds. */
export function namesOfPattern(node: Node): string[] {
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap(namesOfPattern);
    case 'ObjectProperty':
      return namesOfPattern(node.value);
    case 'ArrayPattern':
      return node.elements.flatMap((element) => (element ? namesOfPattern(element) : []));
    case 'RestElement':
      return namesOfPattern(node.argument);
    case 'AssignmentPattern':
      return namesOfPattern(node.left);
    case 'TSParameterProperty':
      return namesOfPattern(node.parameter);
    default:
      return [];
  }
}

/** Of a pattern that takes an object apart: which property goes by which name. */
export function propertiesOfPattern(node: Node): { property: string; local: string }[] | undefined {
  if (node.type !== 'ObjectPattern') return undefined;
  const taken: { property: string; local: string }[] = [];
  for (const entry of node.properties) {
    if (entry.type !== 'ObjectProperty' || entry.key.type !== 'Identifier' || entry.computed)
      return undefined;
    const [local] = namesOfPattern(entry.value);
    if (local === undefined) return undefined;
    taken.push({ property: entry.key.name, local });
  }
  return taken;
}
