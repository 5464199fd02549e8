import { DEFAULT_TENANT } from '../core/caller.ts';
import { SETTLE } from '../core/envelope.ts';
import type { InvocationQuery } from '../core/query.ts';
import { matches } from '../core/scope.ts';

/** Beyond it the query would be longer than every store of visibility takes. */
const MOST_NAMES = 200;

/** How Temporal is asked for what somebody may see. */
export interface Narrowing {
  clauses: string[];
  /** Whether rows of theirs may be far between. */
  isSparse: boolean;
}

/**
 * So that Temporal looks through little that is not theirs. A workflow id begins with the name and the tenant, so a tenant's
 * are asked for name by name, those in `known`; of names that are gone everybody's come, and are looked at row by row. Its
 * prefixes are taken as they are, `%` and `_` too.
 */
export function narrowing({ name, within }: InvocationQuery, known: readonly string[]): Narrowing {
  if (!within) return { clauses: [], isSparse: false };
  const { tenant, names } = within;
  const types = name === undefined && !names.includes('*') ? [anyOf(names.map(typeClause))] : [];
  // Who calls in the default tenant has no prefix.
  if (tenant === DEFAULT_TENANT) return { clauses: types, isSparse: false };
  const begins = encodeURIComponent(`${tenant}:`);
  if (name !== undefined) return { clauses: [startsWith(`${name}/${begins}`)], isSparse: false };
  if (known.length === 0 || known.length > MOST_NAMES) return { clauses: types, isSparse: true };
  const asked = known.filter((one) => names.some((pattern) => matches(pattern, one))).flatMap(withSettling);
  const gone = `WorkflowType NOT IN (${known.flatMap(withSettling).map(quoted).join(', ')})`;
  const own = anyOf([...asked.map((one) => startsWith(`${one}/${begins}`)), gone]);
  return { clauses: [...types, own], isSparse: false };
}

/** What settles an invocation has its name with a suffix. */
const withSettling = (name: string): string[] => [name, name + SETTLE];

const quoted = (name: string): string => `"${name}"`;
const startsWith = (prefix: string): string => `WorkflowId STARTS_WITH ${quoted(prefix)}`;
const anyOf = (clauses: readonly string[]): string => `(${clauses.join(' OR ')})`;

const typeClause = (pattern: string): string =>
  pattern.endsWith('.*')
    ? `WorkflowType STARTS_WITH ${quoted(pattern.slice(0, -1))}`
    : `WorkflowType IN (${withSettling(pattern).map(quoted).join(', ')})`;
