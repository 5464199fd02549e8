import type { Node } from '@babel/types';

/** Types that exist at run time although their name begins like that of a type. */
const RUNTIME = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSInstantiationExpression',
  'TSTypeAssertion',
  'TSParameterProperty',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSImportEqualsDeclaration',
  'TSExternalModuleReference',
  'TSExportAssignment',
]);

/** What vanishes when types are stripped. */
export function isType(node: Node): boolean {
  if ('declare' in node && node.declare === true) return true;
  if (node.type === 'ImportDeclaration') return node.importKind === 'type' || node.importKind === 'typeof';
  if (node.type === 'ImportSpecifier') return node.importKind === 'type' || node.importKind === 'typeof';
  if ('exportKind' in node && node.exportKind === 'type') return true;
  return node.type.startsWith('TS') && !RUNTIME.has(node.type);
}

const NO_CHILDREN = new Set(['type', 'start', 'end', 'loc', 'extra', 'range', 'errors', 'comments']);

/** Names that are no references: they name a member, a label or what another module has. */
function isName(node: Node, key: string): boolean {
  switch (node.type) {
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return key === 'property' && !node.computed;
    case 'ObjectProperty':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassProperty':
    case 'ClassAccessorProperty':
      return key === 'key' && !node.computed;
    case 'ExportSpecifier':
      return key === 'exported';
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return key === 'label';
    case 'MetaProperty':
    case 'PrivateName':
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return true;
    case 'ExportNamedDeclaration':
      return node.source !== null && node.source !== undefined;
    default:
      return false;
  }
}

/** The nodes below this one that run, in the order in which they are written. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (value === null || typeof value !== 'object' || NO_CHILDREN.has(key) || isName(node, key)) continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value as unknown]) {
      if (isNode(child) && !isType(child)) children.push(child);
    }
  }
  return children.length > 1 ? children.sort((a, b) => a.start! - b.start!) : children;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** The expression itself, without what only the compiler of types sees. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSInstantiationExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return bare(node.expression);
    default:
      return node;
  }
}

export type FunctionNode = Extract<
  Node,
  {
    type:
      | 'FunctionDeclaration'
      | 'FunctionExpression'
      | 'ArrowFunctionExpression'
      | 'ObjectMethod'
      | 'ClassMethod'
      | 'ClassPrivateMethod';
  }
>;

const FUNCTIONS = new Set<string>([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ObjectMethod',
  'ClassMethod',
  'ClassPrivateMethod',
]);

export const isFunction = (node: Node): node is FunctionNode => FUNCTIONS.has(node.type);

/** The property of an object literal or member expression, where it is written out. */
export function propertyName(node: Node): string | undefined {
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') {
    return nameOf(node.property, node.computed);
  }
  if (node.type === 'ObjectProperty' || node.type === 'ObjectMethod') return nameOf(node.key, node.computed);
  return undefined;
}

function nameOf(key: Node, isComputed: boolean): string | undefined {
  if (key.type === 'StringLiteral') return key.value;
  return key.type === 'Identifier' && !isComputed ? key.name : undefined;
}
