import type { Identifier, Node, Program } from '@babel/types';
import { namesOfPattern } from './pattern.ts';
import { childrenOf, isFunction, isType } from './walk.ts';

/** What a name stands for, in the scope that declares it. */
export interface Binding {
  name: string;
  /** The node that declares it: a declarator, a function, an import specifier, a function whose parameter it is, … */
  node: Node;
  /** At the top of the module, imports included. */
  isTop: boolean;
  reads: number;
  /** Assigned to after its declaration, so that its value is not the one it began with. */
  isReassigned: boolean;
}

/** Which name means what, in one module. */
export interface Scopes {
  top: ReadonlyMap<string, Binding>;
  /** Of every identifier that is a reference or a declaration; those of the host are not in it. */
  bindingOf: ReadonlyMap<Node, Binding>;
  parentOf: ReadonlyMap<Node, Node>;
}

class Scope {
  readonly names = new Map<string, Binding>();
  readonly #outer: Scope | undefined;
  /** `var` lands in the nearest of these. */
  readonly isFunction: boolean;

  constructor(outer: Scope | undefined, isFunctionScope: boolean) {
    this.#outer = outer;
    this.isFunction = isFunctionScope;
  }

  declare(name: string, node: Node): void {
    if (this.names.has(name)) return;
    this.names.set(name, { name, node, isTop: this.#outer === undefined, reads: 0, isReassigned: false });
  }

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.#outer?.find(name);
  }
}

export function scopesOf(program: Program): Scopes {
  const top = new Scope(undefined, true);
  const bindingOf = new Map<Node, Binding>();
  const parentOf = new Map<Node, Node>();

  const refer = (node: Identifier, scope: Scope, parent: Node): void => {
    const binding = scope.find(node.name);
    if (!binding) return;
    bindingOf.set(node, binding);
    if (!isTarget(node, parent, parentOf)) binding.reads++;
  };
  const visit = (node: Node, scope: Scope): void => {
    const inner = opensScope(node) ? declareIn(new Scope(scope, isFunction(node)), node) : scope;
    for (const name of assignedBy(node)) {
      const binding = inner.find(name);
      if (binding) binding.isReassigned = true;
    }
    for (const child of childrenOf(node)) {
      parentOf.set(child, node);
      if (child.type === 'Identifier') refer(child, inner, node);
      else visit(child, inner);
    }
  };
  visit(program, declareIn(top, program));
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') for (const entry of node.specifiers) parentOf.set(entry, node);
  }
  return { top: top.names, bindingOf, parentOf };
}

function assignedBy(node: Node): string[] {
  switch (node.type) {
    case 'AssignmentExpression':
    case 'ForInStatement':
    case 'ForOfStatement':
      return namesOfPattern(node.left);
    case 'UpdateExpression':
      return namesOfPattern(node.argument);
    default:
      return [];
  }
}

const BLOCKS = new Set([
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'StaticBlock',
  'ClassExpression',
  'TSModuleBlock',
  'TSEnumDeclaration',
]);

const opensScope = (node: Node): boolean => BLOCKS.has(node.type) || isFunction(node);

/** Everything that is declared in a scope counts in all of it, so it is known before its body is looked at. */
function declareIn(scope: Scope, node: Node): Scope {
  if (node.type === 'ClassExpression' || node.type === 'FunctionExpression') {
    if (node.id) scope.declare(node.id.name, node);
  }
  if (node.type === 'TSEnumDeclaration') declareMembers(scope, node);
  if (isFunction(node)) for (const name of node.params.flatMap(namesOfPattern)) scope.declare(name, node);
  if (node.type === 'CatchClause' && node.param)
    for (const name of namesOfPattern(node.param)) scope.declare(name, node);
  if (scope.isFunction) for (const child of childrenOf(node)) declareVars(scope, child);
  for (const child of childrenOf(node)) {
    const statements =
      node.type === 'SwitchStatement' && child.type === 'SwitchCase' ? child.consequent : [child];
    for (const statement of statements) declareLexical(scope, statement);
  }
  if (node.type === 'Program') for (const child of node.body) declareImports(scope, child);
  return scope;
}

function declareMembers(scope: Scope, node: Extract<Node, { type: 'TSEnumDeclaration' }>): void {
  for (const { id } of node.members ?? []) scope.declare(id.type === 'Identifier' ? id.name : id.value, node);
}

function declareVars(scope: Scope, node: Node): void {
  if (isFunction(node)) return;
  if (node.type === 'VariableDeclaration' && node.kind === 'var') declareAll(scope, node);
  for (const child of childrenOf(node)) declareVars(scope, child);
}

function declareLexical(scope: Scope, node: Node): void {
  if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration') {
    if (node.declaration) declareLexical(scope, node.declaration);
  }
  if (isType(node)) return;
  if (node.type === 'VariableDeclaration') declareAll(scope, node);
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    if (node.id) scope.declare(node.id.name, node);
  }
  if (node.type === 'TSEnumDeclaration' || node.type === 'TSImportEqualsDeclaration')
    scope.declare(node.id.name, node);
  if (node.type === 'TSModuleDeclaration' && node.id.type === 'Identifier') scope.declare(node.id.name, node);
}

function declareAll(scope: Scope, node: Extract<Node, { type: 'VariableDeclaration' }>): void {
  for (const declarator of node.declarations)
    for (const name of namesOfPattern(declarator.id)) scope.declare(name, declarator);
}

function declareImports(scope: Scope, node: Node): void {
  if (node.type !== 'ImportDeclaration') return;
  for (const specifier of node.specifiers) scope.declare(specifier.local.name, specifier);
}

/** Where a name is declared or only written to, it is not used. */
function isTarget(node: Node, parent: Node, parentOf: ReadonlyMap<Node, Node>): boolean {
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.id === node;
    case 'AssignmentExpression':
      return parent.left === node;
    case 'AssignmentPattern':
      return parent.left === node;
    case 'ArrayPattern':
    case 'RestElement':
    case 'CatchClause':
      return true;
    case 'ObjectProperty':
      return parentOf.get(parent)?.type === 'ObjectPattern' && parent.value === node;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return parent.type.startsWith('Function') || parent.id === node;
    case 'ArrowFunctionExpression':
      return parent.body !== node;
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return (parent.params as Node[]).includes(node);
    default:
      return false;
  }
}
