import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './support.ts';

/** One documented thing: an exported name, or a member of one. */
export interface Documented {
  name: string;
  signature: string;
  /** The doc comment; empty when there is none. */
  doc: string;
  /** The source file, from the root of the project. */
  file: string;
  members: Documented[];
}

/** An entry point of package.json, such as `@do-sdk/core/worker`. */
export interface EntryPoint {
  specifier: string;
  names: Documented[];
}

/** The public surface of the package, read from the sources by the compiler. */
export function readSurface(): EntryPoint[] {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, unknown>;
  };
  const entries = Object.keys(exports).filter((key) => !key.endsWith('.json'));
  const sourceOf = (key: string) => join(ROOT, 'src', key === '.' ? 'index.ts' : `${key.slice(2)}.ts`);
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(entries.map(sourceOf), options);
  const reader = new SurfaceReader(program.getTypeChecker());
  return entries.map((key) => ({
    specifier: name + key.slice(1),
    names: reader.namesOf(program.getSourceFile(sourceOf(key))!),
  }));
}

class SurfaceReader {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  namesOf(file: ts.SourceFile): Documented[] {
    const module = this.#checker.getSymbolAtLocation(file)!;
    return this.#checker.getExportsOfModule(module).map((symbol) => this.#describe(symbol));
  }

  #describe(exported: ts.Symbol): Documented {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? this.#checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations![0]!;
    return { ...this.#read(symbol, [declaration], signatureOf), members: this.#membersOf(declaration) };
  }

  #membersOf(declaration: ts.Declaration): Documented[] {
    if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return [];
    const groups = new Map<ts.Symbol, Member[]>();
    for (const member of declaration.members) {
      const symbol = isPublic(member) && this.#checker.getSymbolAtLocation(member.name);
      if (symbol) groups.set(symbol, [...(groups.get(symbol) ?? []), member]);
    }
    return [...groups].flatMap(([symbol, members]) => [
      this.#read(symbol, members, memberSignatureOf),
      ...members.flatMap((member) => this.#fieldsOf(symbol.name, member)),
    ]);
  }

  /** What a property that is written as an object holds, such as `invocations.get`. */
  #fieldsOf(name: string, member: Member): Documented[] {
    const value = ts.isPropertyDeclaration(member) ? member.initializer : undefined;
    if (!value || !ts.isObjectLiteralExpression(value)) return [];
    return value.properties.flatMap((property) => {
      const symbol = property.name && this.#checker.getSymbolAtLocation(property.name);
      return symbol ? [this.#read(symbol, [property], (node) => `${name}.${memberSignatureOf(node)}`)] : [];
    });
  }

  #read<Node extends ts.Node>(
    symbol: ts.Symbol,
    nodes: Node[],
    signature: (node: Node) => string,
  ): Documented {
    // The implementation of an overloaded method is nobody's business.
    const callable = nodes.filter((node) => nodes.length === 1 || !(node as { body?: unknown }).body);
    return {
      name: symbol.name,
      signature: callable.map(signature).join('\n'),
      doc: ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)),
      file: nodes[0]!.getSourceFile().fileName.slice(ROOT.length),
      members: [],
    };
  }
}

type Member = ts.ClassElement | ts.TypeElement;

function isPublic(member: Member): member is Member & { name: ts.PropertyName } {
  if (!member.name || ts.isPrivateIdentifier(member.name)) return false;
  return ts.getJSDocTags(member).every(({ tagName }) => tagName.text !== 'internal');
}

/** A declaration as its reader needs it: no comments, no body, no value. */
function signatureOf(node: ts.Node): string {
  if (ts.isVariableDeclaration(node)) return `const ${upTo(node, node.initializer).replace(/ =$/, '')}`;
  if (ts.isFunctionDeclaration(node)) return upTo(node, node.body);
  if (ts.isClassDeclaration(node)) return [opening(node), ...node.members.flatMap(construction)].join('\n');
  if (ts.isInterfaceDeclaration(node)) return opening(node);
  return upTo(node, undefined);
}

const opening = (node: ts.ClassDeclaration | ts.InterfaceDeclaration): string =>
  upTo(node, node.members[0]).replace(/ \{.*$/, '');

const construction = (member: ts.ClassElement): string[] =>
  ts.isConstructorDeclaration(member)
    ? [upTo(member, member.body).replace(/^constructor/, `new ${member.parent.name!.text}`)]
    : [];

function memberSignatureOf(node: ts.Node): string {
  if (ts.isMethodDeclaration(node)) return upTo(node, node.body);
  if (ts.isPropertyDeclaration(node)) return upTo(node, node.initializer).replace(/ =$/, '');
  if (ts.isPropertyAssignment(node) && ts.isArrowFunction(node.initializer)) {
    return upTo(node, node.initializer.body).replace(/: (async )?(.*) =>$/, '$2');
  }
  return upTo(node, undefined);
}

/** The text of `node` up to its part `end`, on one line. */
function upTo(node: ts.Node, end: ts.Node | undefined): string {
  const text = node.getText();
  return text
    .slice(0, end ? end.getStart() - node.getStart() : text.length)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<\s|,?\s>/g, (bracket) => bracket.replaceAll(/[\s,]/g, ''))
    .replace(/^export /, '')
    .replace(/[\s;]+$/, '');
}
