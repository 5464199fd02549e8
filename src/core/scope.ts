import { DoError } from './errors.ts';
import { isName } from './name.ts';

/**
 * `invoke:<pattern>` and `read:<pattern>` of actions and workflows (`email.send`, `email.*`, `*`), `operate` (cancel,
 * signal, decide, compensate, and reading what that is done to), `admin` (everything).
 */
export type Scope = `invoke:${string}` | `read:${string}` | 'operate' | 'admin';

/** What is to be done. */
export type Need = 'read' | 'invoke' | 'operate' | 'admin';

const PATTERNED = /^(?:invoke|read):(.+)$/;

/** True for a scope that can be given; a pattern that can match nothing is a slip of the pen, and none. */
export function isScope(value: unknown): value is Scope {
  if (typeof value !== 'string') return false;
  const pattern = PATTERNED.exec(value)?.[1];
  if (pattern === undefined) return value === 'operate' || value === 'admin';
  return pattern === '*' || isName(pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern);
}

/** Deny by default. Without a `name`: whether there can be any name for which it is allowed. */
export function allows(scopes: readonly Scope[], need: Need, name?: string): boolean {
  return scopes.some((scope) => {
    if (scope === 'admin') return true;
    // Whoever has to cancel or to decide must see what; nobody has to start it.
    if (scope === 'operate') return need === 'operate' || need === 'read';
    const [verb, pattern] = scope.split(':') as [string, string];
    return verb === need && (name === undefined || matches(pattern, name));
  });
}

/** The patterns of the names whose invocations may be read; `['*']` for all. */
export function readable(scopes: readonly Scope[]): string[] {
  if (scopes.includes('admin') || scopes.includes('operate')) return ['*'];
  const patterns = scopes.flatMap((scope) =>
    scope.startsWith('read:') ? [scope.slice('read:'.length)] : [],
  );
  return patterns.includes('*') ? ['*'] : [...new Set(patterns)].sort();
}

/** `email.*` is every name below `email`, at any depth, and not `email` itself. */
export const matches = (pattern: string, name: string): boolean =>
  pattern === '*' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)));

/** Of a key that is made without any named: what a program needs. Whoever operates or rules has to ask for it. */
export const DEFAULT_SCOPES: readonly Scope[] = ['invoke:*', 'read:*'];

/** Throws `DEFINITION_INVALID`, which names the one that is none; without `given`, what a program needs. */
export function checkScopes(given: readonly unknown[] | undefined): readonly Scope[] {
  if (given === undefined) return DEFAULT_SCOPES;
  const wrong = given.find((scope) => !isScope(scope));
  if (wrong === undefined && given.length > 0) return [...new Set(given as readonly Scope[])];
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected scopes such as invoke:email.*, invoke:*, read:email.send, operate or admin, got ${given.length === 0 ? 'none' : JSON.stringify(String(wrong).slice(0, 200))}.`,
  );
}
