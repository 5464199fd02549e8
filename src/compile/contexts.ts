import type { Node } from '@babel/types';
import { propertyOf } from './definition.ts';
import { lookup } from './lookup.ts';
import type { UserModule } from './module.ts';
import { propertiesOfPattern } from './pattern.ts';
import type { Project } from './project.ts';
import type { Binding } from './scope.ts';
import type { FunctionNode } from './walk.ts';
import { bare, isFunction, propertyName } from './walk.ts';

/** Which names stand for the `ctx` of a workflow, and which for a method taken out of it. */
export class Contexts {
  readonly whole = new Set<Binding>();
  readonly #methods = new Map<Binding, string>();

  /** The name of the method of `ctx` that an expression is; undefined for anything else. */
  methodOf(module: UserModule, expression: Node): string | undefined {
    const node = bare(expression);
    const binding = module.scopes.bindingOf.get(node);
    if (binding) return this.#methods.get(binding);
    if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return undefined;
    const object = module.scopes.bindingOf.get(bare(node.object));
    return object && this.whole.has(object) ? propertyName(node) : undefined;
  }

  /** The parameter of a handler, or of a function that declares to take one. */
  addParameter(module: UserModule, parameter: Node, of: Node): void {
    const node = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    if (node.type === 'Identifier') {
      const binding = module.scopes.bindingOf.get(node);
      if (!binding) return;
      this.whole.add(binding);
      this.#addTakenApart(module, binding, of);
      return;
    }
    this.#addPattern(module, node);
  }

  /** `const { sleep } = ctx`. */
  #addTakenApart(module: UserModule, binding: Binding, node: Node): void {
    if (
      node.type === 'VariableDeclarator' &&
      node.init &&
      module.scopes.bindingOf.get(bare(node.init)) === binding
    )
      this.#addPattern(module, node.id);
    for (const child of module.childrenOf(node)) this.#addTakenApart(module, binding, child);
  }

  #addPattern(module: UserModule, pattern: Node): void {
    if (pattern.type !== 'ObjectPattern') return;
    for (const entry of pattern.properties) {
      const value = entry.type === 'ObjectProperty' ? entry.value : entry;
      const target = value.type === 'AssignmentPattern' ? value.left : value;
      const binding = module.scopes.bindingOf.get(target);
      const property = propertiesOfPattern({ ...pattern, properties: [entry] })?.[0]?.property;
      if (binding && property !== undefined) this.#methods.set(binding, property);
    }
  }
}

/** The function that `new Workflow({ handler })` runs. */
export function handlerOf(project: Project, module: UserModule, workflow: Node) {
  const value = propertyOf(workflow, 'handler');
  if (!value) return undefined;
  const found =
    value.type === 'ObjectMethod' ? { module, node: value } : lookup(project, { module, node: value });
  if (typeof found !== 'object' || !isFunction(found.node)) return undefined;
  return { module: found.module, node: found.node };
}

/** True for a parameter that is declared as `ctx: WorkflowContext`. */
export function isDeclaredContext(parameter: FunctionNode['params'][number]): boolean {
  const annotation = 'typeAnnotation' in parameter ? parameter.typeAnnotation : undefined;
  if (annotation?.type !== 'TSTypeAnnotation') return false;
  const { typeAnnotation: type } = annotation;
  return (
    type.type === 'TSTypeReference' &&
    type.typeName.type === 'Identifier' &&
    type.typeName.name === 'WorkflowContext'
  );
}
