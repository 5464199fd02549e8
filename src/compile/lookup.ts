import type { Node } from '@babel/types';
import type { UserModule } from './module.ts';
import { DEFAULT } from './module.ts';
import type { Project } from './project.ts';
import type { Binding } from './scope.ts';
import { bare, propertyName } from './walk.ts';

/** An expression, and the module it is written in. */
export interface Place {
  module: UserModule;
  node: Node;
}

/** Deeper than that nobody writes, but a cycle is. */
const DEEPEST = 20;

/**
 * The expression that an expression's value comes from, followed over constants, literal objects and modules. `foreign`:
 * it comes from a package. Undefined: only a run tells, as of a parameter.
 */
export function lookup(project: Project, place: Place, depth = 0): Place | 'foreign' | undefined {
  if (depth > DEEPEST) return undefined;
  const { module } = place;
  const node = bare(place.node);
  if (node.type !== 'Identifier' && node.type !== 'MemberExpression') return { module, node };
  const next =
    node.type === 'Identifier' ? fromName(project, module, node) : fromMember(project, module, node, depth);
  return typeof next === 'object' ? lookup(project, next, depth + 1) : next;
}

function fromName(project: Project, module: UserModule, node: Node): Place | 'foreign' | undefined {
  const binding = module.scopes.bindingOf.get(node);
  if (!binding) return undefined;
  const imported = binding.isTop ? module.imports.get(binding.name) : undefined;
  if (!imported) return initOf(module, binding);
  if (project.target(imported.specifier, module.file).kind === 'package') return 'foreign';
  const other = project.imported(imported.specifier, module.file);
  return other && exportIn(project, other, imported.imported, 0);
}

function fromMember(
  project: Project,
  module: UserModule,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth: number,
): Place | 'foreign' | undefined {
  const key = propertyName(node);
  if (key === undefined) return undefined;
  const namespace = namespaceOf(project, module, node.object);
  if (namespace) return exportIn(project, namespace, key, 0);
  const object = lookup(project, { module, node: node.object }, depth + 1);
  if (object === 'foreign') return object;
  if (object?.node.type !== 'ObjectExpression') return undefined;
  const entry = object.node.properties.find((one) => propertyName(one) === key);
  return entry?.type === 'ObjectProperty' ? { module: object.module, node: entry.value } : undefined;
}

/** What can be assigned again may be something else by then. */
function initOf(module: UserModule, { node, isReassigned }: Binding): Place | undefined {
  if (isReassigned) return undefined;
  if (node.type === 'FunctionDeclaration') return { module, node };
  const isPlain = node.type === 'VariableDeclarator' && node.id.type === 'Identifier';
  return isPlain && node.init ? { module, node: node.init } : undefined;
}

function valueAt(module: UserModule, name: string): Place | undefined {
  if (name !== DEFAULT) {
    const binding = module.scopes.top.get(name);
    return binding && initOf(module, binding);
  }
  const node = module.exports.get('default')?.node;
  return node?.type === 'ExportDefaultDeclaration' ? { module, node: node.declaration } : undefined;
}

/** What a module exports under a name, over all modules that only pass it on. */
function exportIn(project: Project, module: UserModule, name: string, depth: number): Place | undefined {
  if (depth > DEEPEST) return undefined;
  const again = (specifier: string, imported: string): Place | undefined => {
    const other = project.imported(specifier, module.file);
    return other && exportIn(project, other, imported, depth + 1);
  };
  const exported = module.exports.get(name);
  if (exported?.kind === 'from') return again(exported.specifier, exported.imported);
  if (exported) {
    const imported = module.imports.get(exported.local);
    return imported ? again(imported.specifier, imported.imported) : valueAt(module, exported.local);
  }
  for (const { source } of module.stars) {
    const found = again(source.value, name);
    if (found) return found;
  }
  return undefined;
}

/** The module that `import * as x` stands for. */
function namespaceOf(project: Project, module: UserModule, node: Node): UserModule | undefined {
  const binding = module.scopes.bindingOf.get(bare(node));
  const imported = binding?.isTop ? module.imports.get(binding.name) : undefined;
  return imported?.imported === '*' ? project.imported(imported.specifier, module.file) : undefined;
}
