import type { Node } from '@babel/types';
import { namesOfPattern } from './pattern.ts';
import type { Scopes } from './scope.ts';
import { bare, isType, propertyName } from './walk.ts';

/** The smallest part of a module that a workflow takes or leaves: a declarator, another declaration, or a statement. */
export interface Unit {
  /** The statement at the top of the module, `export` included. */
  statement: Node;
  /** The part of it that this is: a declarator, or all of it. */
  node: Node;
  /** What it declares; nothing where it only does something. */
  names: readonly string[];
  /** The names at the top of the module that it uses. */
  uses: ReadonlySet<string>;
  /** Those among them that it changes. */
  changes: ReadonlySet<string>;
}

type Children = (node: Node) => Node[];

export function unitsOf(body: readonly Node[], scopes: Scopes, children: Children): Unit[] {
  return body.flatMap((statement) =>
    partsOf(statement).map(({ node, names }) => {
      const uses = new Set<string>();
      const changes = new Set<string>();
      const visit = (part: Node): void => {
        const binding = scopes.bindingOf.get(part);
        if (binding?.isTop) uses.add(binding.name);
        for (const target of targetsOf(part)) {
          const changed = scopes.bindingOf.get(target);
          if (changed?.isTop) changes.add(changed.name);
        }
        children(part).forEach(visit);
      };
      visit(node);
      return { statement, node, names, uses, changes };
    }),
  );
}

interface Part {
  node: Node;
  names: string[];
}

function partsOf(statement: Node): Part[] {
  if (isType(statement)) return [];
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'EmptyStatement':
      return [];
    case 'ExportNamedDeclaration':
      return statement.declaration ? partsOf(statement.declaration) : [];
    case 'ExportDefaultDeclaration': {
      const { declaration } = statement;
      if (isType(declaration)) return [];
      const own = 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : [];
      return [{ node: statement, names: ['*default*', ...own] }];
    }
    case 'VariableDeclaration':
      return statement.declarations.map((node) => ({ node, names: namesOfPattern(node.id) }));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
    case 'TSModuleDeclaration':
    case 'TSImportEqualsDeclaration':
      return [{ node: statement, names: statement.id?.type === 'Identifier' ? [statement.id.name] : [] }];
    default:
      return [{ node: statement, names: [] }];
  }
}

/** `Object.assign(target, …)` and the like change what they are given. */
const CHANGES_ARGUMENT = new Set([
  'assign',
  'defineProperty',
  'defineProperties',
  'freeze',
  'setPrototypeOf',
]);

/** The identifiers whose value a node changes: by assignment, by a method of theirs, by `Object.assign`. */
function targetsOf(node: Node): Node[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return [rootOf(node.left)];
    case 'UpdateExpression':
    case 'UnaryExpression':
      return node.type === 'UpdateExpression' || node.operator === 'delete' ? [rootOf(node.argument)] : [];
    case 'CallExpression':
    case 'OptionalCallExpression': {
      const callee = bare(node.callee);
      if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') return [];
      const root = rootOf(callee);
      const [argument] = node.arguments;
      const isObject = root.type === 'Identifier' && root.name === 'Object';
      return isObject && argument && CHANGES_ARGUMENT.has(propertyName(callee) ?? '')
        ? [rootOf(argument)]
        : [root];
    }
    default:
      return [];
  }
}

function rootOf(expression: Node): Node {
  const node = bare(expression);
  return node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression'
    ? rootOf(node.object)
    : node;
}

export function declaredNames(declaration: Node): string[] {
  return partsOf(declaration).flatMap(({ names }) => names);
}
