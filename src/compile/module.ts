import type { Node } from '@babel/types';
import { cachedByFile, parseFile } from './parse.ts';
import { keptChildrenOf } from './reference.ts';
import type { Scopes } from './scope.ts';
import { scopesOf } from './scope.ts';
import { importedName, sdkName } from './sdk.ts';
import type { Unit } from './units.ts';
import { declaredNames, unitsOf } from './units.ts';
import { isType } from './walk.ts';

/** What a name at the top of a module was imported as; `*` is all of the other module. */
export interface Imported {
  local: string;
  imported: string;
  specifier: string;
  node: Extract<Node, { type: 'ImportDeclaration' }>;
}

/** What a module gives to others under a name: something of its own, or of another module. */
export type Exported =
  | { kind: 'local'; local: string; node: Node }
  | { kind: 'from'; specifier: string; imported: string; node: Node };

/** One module of the user's, and everything about it that does not depend on who imports it. */
export interface UserModule {
  file: string;
  text: string;
  comments: readonly { start: number; end: number }[];
  body: readonly Node[];
  scopes: Scopes;
  imports: ReadonlyMap<string, Imported>;
  exports: ReadonlyMap<string, Exported>;
  /** `export * from`. */
  stars: readonly Extract<Node, { type: 'ExportAllDeclaration' }>[];
  units: readonly Unit[];
  /** By the name that they declare. */
  unitsByName: ReadonlyMap<string, readonly Unit[]>;
  isAction(node: Node): boolean;
  isWorkflow(node: Node): boolean;
  childrenOf(node: Node): Node[];
}

export const DEFAULT = '*default*';

export const readModule = cachedByFile((file): UserModule => {
  const { text, ast } = parseFile(file);
  const scopes = scopesOf(ast.program);
  const isNew = (node: Node, what: string): boolean =>
    node.type === 'NewExpression' && sdkName(node.callee, scopes, file) === what;
  const isAction = (node: Node): boolean => isNew(node, 'Action');
  const children = (node: Node): Node[] => keptChildrenOf(node, isAction);
  const body = ast.program.body;
  const units = unitsOf(body, scopes, children);
  return {
    file,
    text,
    comments: (ast.comments ?? []).map(({ start, end }) => ({ start: start!, end: end! })),
    body,
    scopes,
    imports: importsOf(body),
    exports: new Map(body.flatMap(exportsOf)),
    stars: body.filter((node) => node.type === 'ExportAllDeclaration' && node.exportKind !== 'type') as never,
    units,
    unitsByName: byName(units),
    isAction,
    isWorkflow: (node) => isNew(node, 'Workflow'),
    childrenOf: children,
  };
});

function importsOf(body: readonly Node[]): Map<string, Imported> {
  const imports = new Map<string, Imported>();
  for (const node of body) {
    if (node.type !== 'ImportDeclaration' || isType(node)) continue;
    for (const entry of node.specifiers.filter((one) => !isType(one))) {
      const local = entry.local.name;
      imports.set(local, { local, imported: importedName(entry)!, specifier: node.source.value, node });
    }
  }
  return imports;
}

function exportsOf(node: Node): [string, Exported][] {
  if (node.type === 'ExportDefaultDeclaration') return [['default', { kind: 'local', local: DEFAULT, node }]];
  if (node.type !== 'ExportNamedDeclaration' || node.exportKind === 'type') return [];
  const declared = node.declaration ? declaredNames(node.declaration) : [];
  return [
    ...declared.map((local): [string, Exported] => [local, { kind: 'local', local, node }]),
    ...node.specifiers.flatMap((entry) => specifierOf(entry, node.source?.value)),
  ];
}

function specifierOf(entry: Node, specifier: string | undefined): [string, Exported][] {
  if (entry.type === 'ExportNamespaceSpecifier' && specifier !== undefined)
    return [[entry.exported.name, { kind: 'from', specifier, imported: '*', node: entry }]];
  if (entry.type !== 'ExportSpecifier' || entry.exportKind === 'type') return [];
  const name = entry.exported.type === 'Identifier' ? entry.exported.name : entry.exported.value;
  const local = entry.local.name;
  return specifier === undefined
    ? [[name, { kind: 'local', local, node: entry }]]
    : [[name, { kind: 'from', specifier, imported: local, node: entry }]];
}

function byName(units: readonly Unit[]): Map<string, Unit[]> {
  const found = new Map<string, Unit[]>();
  for (const unit of units) {
    for (const name of unit.names) found.set(name, [...(found.get(name) ?? []), unit]);
  }
  return found;
}
