import type { Node } from '@babel/types';
import { calledFunction, durableCall } from './calls.ts';
import { constantOf } from './constant.ts';
import { Contexts } from './contexts.ts';
import { ancestorsOf } from './kept-nodes.ts';
import { lookup } from './lookup.ts';
import type { UserModule } from './module.ts';
import type { CompiledStep } from './options.ts';
import type { Project } from './project.ts';
import type { FunctionNode } from './walk.ts';
import { bare, isFunction } from './walk.ts';

/** What a handler does, as far as its code tells: read in the order in which it is written, functions it calls included. */
export class Trace {
  readonly steps: CompiledStep[] = [];
  readonly #waits = { waitForSignal: new Set<string | undefined>(), approval: new Set<string | undefined>() };
  readonly #contexts = new Contexts();
  readonly #seen = new Set<Node>();
  readonly #project: Project;
  /** Once `ctx` is out of sight, it may wait for anything. */
  #hasLostContext = false;

  constructor(project: Project, module: UserModule, handler: FunctionNode) {
    this.#project = project;
    const [, parameter] = handler.params;
    if (parameter) this.#contexts.addParameter(module, parameter, handler);
    if (parameter?.type === 'RestElement' || hasRest(parameter)) this.#hasLostContext = true;
    this.#visit(module, handler);
  }

  /** In the order of the code, null where it does not tell. */
  namesOf(kind: 'waitForSignal' | 'approval'): string[] | null {
    const names = [...this.#waits[kind]];
    const isKnown = !this.#hasLostContext && names.every((name) => name !== undefined);
    return isKnown ? names.filter((name) => name !== undefined) : null;
  }

  #visit(module: UserModule, node: Node): void {
    if (isFunction(node)) {
      if (this.#seen.has(node)) return;
      this.#seen.add(node);
    }
    if (node.type === 'Identifier') this.#visitName(module, node);
    if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression')
      this.#visitCall(module, node);
    for (const child of module.childrenOf(node)) this.#visit(module, child);
  }

  #visitName(module: UserModule, node: Node): void {
    const binding = module.scopes.bindingOf.get(node);
    if (!binding) return;
    if (this.#contexts.whole.has(binding)) {
      if (!this.#isInSight(module, node)) this.#hasLostContext = true;
      return;
    }
    // A function that is named is taken to be called.
    const found =
      binding.node.type === 'ImportSpecifier' || !isParameter(binding.node)
        ? lookup(this.#project, { module, node })
        : undefined;
    if (typeof found === 'object' && isFunction(found.node)) this.#visit(found.module, found.node);
  }

  #visitCall(module: UserModule, node: Extract<Node, { arguments: unknown[]; callee: Node }>): void {
    const place = { module, node: node as Node };
    const method = this.#contexts.methodOf(module, node.callee);
    if (method === 'waitForSignal' || method === 'approval') {
      const [name] = node.arguments as Node[];
      this.#waits[method].add(name && constantOf(this.#project, { module, node: name }));
    }
    const call = durableCall(this.#project, this.#contexts, place);
    if (call?.kind === 'step') this.#addStep(module, node as Node, call.target);
    const called = calledFunction(this.#project, place);
    if (called && isFunction(called.node))
      this.#passContext(module, node.arguments as Node[], called as never);
  }

  #addStep(
    module: UserModule,
    node: Node,
    target: { kind: 'action' | 'workflow'; name: string | undefined } | undefined,
  ): void {
    const file = this.#project.relative(module.file);
    const { line } = node.loc!.start;
    this.steps.push({ name: target?.name ?? null, kind: target?.kind ?? 'action', file, line });
  }

  #passContext(
    module: UserModule,
    given: readonly Node[],
    called: { module: UserModule; node: FunctionNode },
  ): void {
    for (const [at, argument] of given.entries()) {
      const binding = module.scopes.bindingOf.get(bare(argument));
      const parameter = called.node.params[at];
      if (binding && parameter && this.#contexts.whole.has(binding))
        this.#contexts.addParameter(called.module, parameter, called.node);
    }
  }

  /** Used by one of its methods, taken apart by name, or passed to a function whose code is at hand. */
  #isInSight(module: UserModule, node: Node): boolean {
    const [parent, grandparent] = ancestorsOf(module, node);
    if (!parent) return false;
    if (isFunction(parent) && (parent.params as Node[]).includes(node)) return true;
    switch (parent.type) {
      case 'AssignmentPattern':
        return parent.left === node;
      case 'VariableDeclarator':
        return parent.id.type === 'ObjectPattern' && !hasRest(parent.id);
      case 'MemberExpression':
      case 'OptionalMemberExpression': {
        const method = this.#contexts.methodOf(module, parent);
        const isCalled =
          grandparent?.type.endsWith('CallExpression') &&
          'callee' in grandparent &&
          grandparent.callee === parent;
        return isCalled === true || (method !== undefined && !(method in this.#waits));
      }
      case 'CallExpression':
        return (
          parent.callee !== node && calledFunction(this.#project, { module, node: parent }) !== undefined
        );
      default:
        return false;
    }
  }
}

const hasRest = (pattern: Node | undefined): boolean =>
  pattern?.type === 'ObjectPattern' && pattern.properties.some(({ type }) => type === 'RestElement');

const isParameter = (declaration: Node): boolean =>
  isFunction(declaration) && declaration.type !== 'FunctionDeclaration';
