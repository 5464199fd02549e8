import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node } from '@babel/types';
import type { Scopes } from './scope.ts';
import { bare, propertyName } from './walk.ts';

export const SDK = '@do-sdk/core';

/** Beside dist/ and beside src/ the path is the same. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

const OWN_INDEX = ['src/index', 'dist/index'].map((path) => resolve(PACKAGE_ROOT, path));

/** Our own modules come by a relative path to the same place. */
export const isSdk = (specifier: string, file: string): boolean =>
  specifier === SDK ||
  (specifier.startsWith('.') &&
    OWN_INDEX.includes(resolve(dirname(file), specifier).replace(/\.[cm]?[jt]s$/, '')));

/** What of the SDK an expression names, whatever it was renamed to; undefined where it names nothing of it. */
export function sdkName(expression: Node, scopes: Scopes, file: string): string | undefined {
  const node = bare(expression);
  if (node.type === 'MemberExpression') {
    return imported(node.object, scopes, file) === '*' ? propertyName(node) : undefined;
  }
  const name = imported(node, scopes, file);
  return name === '*' ? undefined : name;
}

function imported(node: Node, scopes: Scopes, file: string): string | undefined {
  const binding = scopes.bindingOf.get(node);
  if (!binding?.isTop) return undefined;
  const declaration = scopes.parentOf.get(binding.node);
  if (declaration?.type !== 'ImportDeclaration' || !isSdk(declaration.source.value, file)) return undefined;
  return importedName(binding.node);
}

/** `*` for all of a module. */
export function importedName(specifier: Node): string | undefined {
  switch (specifier.type) {
    case 'ImportSpecifier':
      return specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
    case 'ImportDefaultSpecifier':
      return 'default';
    case 'ImportNamespaceSpecifier':
      return '*';
    default:
      return undefined;
  }
}
