import type { Node } from '@babel/types';
import { calledFunction, durableCall } from './calls.ts';
import { constantOf } from './constant.ts';
import { Contexts } from './contexts.ts';
import { ancestorsOf } from './nodes.ts';
import { lookup } from './lookup.ts';
import type { UserModule } from './module.ts';
import type { CompiledStep, CompiledWait } from './options.ts';
import type { Project } from './project.ts';
import type { FunctionNode } from './walk.ts';
import { bare, isFunction } from './walk.ts';

/** What of `ctx` waits for somebody, and for what. */
const WAITS: Partial<Record<string, CompiledWait['kind']>> = {
  waitForSignal: 'signal',
  approval: 'approval',
};

/** What a handler does, as far as its code tells: read in the order in which it is written, functions it calls included. */
export class Trace {
  readonly steps: CompiledStep[] = [];
  readonly waits: CompiledWait[] = [];
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
  namesOf(kind: CompiledWait['kind']): string[] | null {
    if (this.#hasLostContext) return null;
    const names = new Set(this.waits.filter((wait) => wait.kind === kind).map(({ name }) => name));
    return names.has(null) ? null : [...names].filter((name) => name !== null);
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
    if (WAITS[this.#contexts.methodOf(module, node) ?? ''] && !isCalledOrTaken(module, node))
      this.#hasLostContext = true;
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
    const kind = method === undefined ? undefined : WAITS[method];
    if (kind) {
      const [argument] = node.arguments as Node[];
      const name = argument && constantOf(this.#project, { module, node: argument });
      this.waits.push({ kind, name: name ?? null, ...this.#whereIs(module, node) });
    }
    const call = durableCall(this.#project, this.#contexts, place);
    if (call?.kind === 'step') this.#addStep(module, node, call.target);
    const called = calledFunction(this.#project, place);
    if (called && isFunction(called.node)) this.#passContext(module, node.arguments, called as never);
  }

  #addStep(
    module: UserModule,
    node: Node,
    target: { kind: 'action' | 'workflow'; name: string | undefined } | undefined,
  ): void {
    this.steps.push({
      name: target?.name ?? null,
      kind: target?.kind ?? 'action',
      ...this.#whereIs(module, node),
    });
  }

  #whereIs(module: UserModule, node: Node): { file: string; line: number } {
    return { file: this.#project.relative(module.file), line: node.loc!.start.line };
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
        return isCalled === true || (method !== undefined && !WAITS[method]);
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

/** A method that was taken out of `ctx`: called, or just being taken. */
function isCalledOrTaken(module: UserModule, node: Node): boolean {
  const parent = module.scopes.parentOf.get(node);
  if (parent?.type === 'CallExpression') return parent.callee === node;
  return parent?.type === 'ObjectProperty' || parent?.type === 'AssignmentPattern';
}
