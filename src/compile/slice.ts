import { dirname } from 'node:path';
import type { Node } from '@babel/types';
import type { Kept } from './graph.ts';
import { Mask } from './mask.ts';
import type { UserModule } from './module.ts';
import type { Project } from './project.ts';
import { actionLiteral } from './reference.ts';
import { posixFrom } from './resolve.ts';
import { SDK } from './sdk.ts';
import { isType } from './walk.ts';

/** The module without what its workflows do not need: blanked, so that what is left stays in its lines. */
export function sliceOf(kept: Kept, project: Project): string {
  const { module, units } = kept;
  const mask = new Mask(module.text);
  for (const statement of module.body) {
    const own = [...units]
      .filter((unit) => unit.statement === statement)
      .sort((a, b) => a.node.start! - b.node.start!);
    if (own.length > 0)
      keepStatement(
        mask,
        statement,
        own.map(({ node }) => node),
      );
    else mask.insert(statement.start!, linkOf(statement, kept, project));
  }
  for (const { start, end } of module.comments) mask.drop(start, end);
  for (const { node } of units) dropHandlers(mask, module, node);
  return mask.toString();
}

function keepStatement(mask: Mask, statement: Node, parts: readonly Node[]): void {
  const isExport =
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
  const all = isExport ? statement.declaration! : statement;
  const isPart = all.type === 'VariableDeclaration' && parts.length < all.declarations.length;
  if (isPart) return keepDeclarators(mask, statement, all.declarations[0]!, parts);
  mask.keep(statement.start!, statement.end!);
  // The statement that ended this one by beginning may be gone.
  const isEnded = ENDS_ITSELF.has(all.type) || mask.text[statement.end! - 1] === ';';
  if (!isEnded) mask.insert(statement.end!, ';');
}

const ENDS_ITSELF = new Set([
  'FunctionDeclaration',
  'ClassDeclaration',
  'TSEnumDeclaration',
  'TSModuleDeclaration',
  'BlockStatement',
]);

function keepDeclarators(mask: Mask, statement: Node, first: Node, parts: readonly Node[]): void {
  mask.keep(statement.start!, first.start!);
  for (const [at, part] of parts.entries()) {
    mask.keep(part.start!, part.end!);
    mask.insert(part.end!, at < parts.length - 1 ? ',' : ';');
  }
}

/** Of an action, its name: `new Action({ name: 'x' })`. */
function dropHandlers(mask: Mask, module: UserModule, node: Node): void {
  const literal = node.type === 'NewExpression' && module.isAction(node) ? actionLiteral(node) : undefined;
  if (literal && node.type === 'NewExpression') {
    const { object, name } = literal;
    const [first] = node.arguments;
    mask.drop(object.start! + 1, name.start!);
    mask.drop(name.end!, object.end! - 1);
    mask.drop(first!.end!, node.end! - 1);
  }
  for (const child of module.childrenOf(node)) dropHandlers(mask, module, child);
}

/** An import or export statement with what is left of it, in one line; nothing where nothing is left. */
function linkOf(statement: Node, { module, imports, exports }: Kept, project: Project): string {
  const from = (specifier: string): string =>
    ` from ${JSON.stringify(specifierFrom(module.file, specifier, project))};`;
  if (statement.type === 'ImportDeclaration') {
    const names = [...imports].filter(({ node }) => node === statement);
    if (names.length === 0) return '';
    const kept = statement.specifiers.filter(
      (entry) => !isType(entry) && names.some(({ local }) => local === entry.local.name),
    );
    return `import ${clauseOf(module, kept)}${from(statement.source.value)}`;
  }
  if (statement.type === 'ExportAllDeclaration' && exports.has(statement))
    return `export *${from(statement.source.value)}`;
  if (statement.type !== 'ExportNamedDeclaration') return '';
  const kept = statement.specifiers.filter((entry) => exports.has(entry));
  if (kept.length === 0) return '';
  return `export ${clauseOf(module, kept)}${statement.source ? from(statement.source.value) : ';'}`;
}

function clauseOf(module: UserModule, specifiers: readonly Node[]): string {
  const textOf = ({ start, end }: Node): string => module.text.slice(start!, end!);
  const isNamed = ({ type }: Node): boolean => type === 'ImportSpecifier' || type === 'ExportSpecifier';
  const named = specifiers.filter(isNamed).map(textOf);
  const whole = specifiers.filter((entry) => !isNamed(entry)).map(textOf);
  return [...whole, ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])].join(', ');
}

/** With the ending the file really has, so that the bundler cannot find another one. */
function specifierFrom(file: string, specifier: string, project: Project): string {
  const target = project.target(specifier, file);
  if (target.kind === 'sdk') return SDK;
  if (target.kind !== 'module' && target.kind !== 'data') return specifier;
  const path = posixFrom(dirname(file), target.file);
  return path.startsWith('.') ? path : `./${path}`;
}
