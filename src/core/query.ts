import { DoError, ERRORS } from './errors.ts';
import type { Invocation, InvocationStatus } from './invocation.ts';
import { isName } from './name.ts';

/** Which invocations to list. What is left out does not narrow the list. */
export interface ListOptions {
  /** Of one action. */
  name?: string | undefined;
  /** Actions or workflows only. */
  kind?: Invocation['kind'] | undefined;
  /** In that status only; `timed_out` is a deadline that passed, not an attempt that timed out. */
  status?: InvocationStatus | undefined;
  /** Those that closed with this error code, such as `COMPENSATION_FAILED`. */
  code?: string | undefined;
  /** Accepted at that time or later: a `Date`, or RFC 3339 (`2026-01-31T12:00:00Z`, `2026-01-31` for its midnight UTC). */
  since?: string | Date | undefined;
  /** Accepted before that time. */
  until?: string | Date | undefined;
  /** At most that many items, 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before, with the same filters. */
  cursor?: string | undefined;
}

/** `ListOptions` that were checked: times as the record spells them. */
export interface InvocationQuery {
  name?: string;
  kind?: Invocation['kind'];
  status?: InvocationStatus;
  code?: string;
  since?: string;
  until?: string;
  limit: number;
  cursor?: string;
  /** What whoever asks may see; set by the door, never by the request. Absent: everything. */
  within?: Visible;
}

/** Which invocations somebody may see. */
export interface Visible {
  tenant: string;
  /** Patterns of scopes: `email.send`, `email.*`, `*`. */
  names: readonly string[];
}

/** An invocation in a list; `invocations.get(id)` has the rest. */
export type InvocationItem = Omit<Invocation, 'input' | 'output' | 'attempts' | 'waitingFor'>;

/** One page of a list. */
export interface InvocationPage {
  /** Running ones first, then by closing time, newest first. */
  items: InvocationItem[];
  /** For the next page; null after the last. A page may have few items, or none, and still a next one. */
  nextCursor: string | null;
}

const KINDS: readonly Invocation['kind'][] = ['action', 'workflow'];
/** Every status there is. */
export const STATUSES = [
  'running',
  'completed',
  'failed',
  'cancelled',
  'timed_out',
  'terminated',
] as const satisfies readonly InvocationStatus[];
/** The codes an invocation may close with. */
export const OUTCOME_CODES = Object.entries(ERRORS).flatMap(([code, { met }]) =>
  met === 'outcome' ? [code] : [],
);
export const DEFAULT_LIMIT = 50;
export const LARGEST_LIMIT = 200;

const FIELDS: Record<Exclude<keyof InvocationQuery, 'within'>, (value: unknown) => string | number> = {
  name: (value) =>
    isName(value) ? value : refuse('name', 'the name of an action, such as email.send', value),
  kind: (value) => oneOf('kind', KINDS, value),
  status: (value) => oneOf('status', STATUSES, value),
  code: (value) => oneOf('code', OUTCOME_CODES, value),
  since: (value) => time('since', value),
  until: (value) => time('until', value),
  limit: (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LARGEST_LIMIT
      ? Number(value)
      : refuse('limit', `a whole number from 1 to ${LARGEST_LIMIT}`, value),
  cursor: (value) =>
    typeof value === 'string' && /^[\w-]+$/.test(value)
      ? value
      : refuse('cursor', 'the `nextCursor` of the page before', value),
};

/** Throws `QUERY_INVALID`, which names the field, for what is no filter; an ignored one would list too much. */
export function checkQuery(options: ListOptions): InvocationQuery {
  const query: Record<string, string | number> = { limit: DEFAULT_LIMIT };
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(FIELDS, field)) refuse(field, `one of ${Object.keys(FIELDS).join(', ')}`, field);
    query[field] = FIELDS[field as keyof typeof FIELDS](value);
  }
  return query as unknown as InvocationQuery;
}

export const queryInvalid = (message: string): DoError => new DoError('QUERY_INVALID', message);

function refuse(field: string, expected: string, value: unknown): never {
  const got = JSON.stringify(typeof value === 'string' ? value.slice(0, 100) : value) ?? typeof value;
  throw queryInvalid(
    `Expected \`${field.slice(0, 100)}\` of the list to be ${expected}, got ${got}. Correct it or leave it out.`,
  );
}

const oneOf = (field: string, values: readonly string[], value: unknown): string =>
  values.find((known) => known === value) ?? refuse(field, `one of ${values.join(', ')}`, value);

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/i;

function time(field: string, value: unknown): string {
  const at = value instanceof Date ? value.getTime() : parseTime(value);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  const hint = 'a time such as 2026-01-31T12:00:00Z (in a URL, + is written %2B)';
  return refuse(field, hint, value);
}

function parseTime(value: unknown): number {
  const [, year, month, day] = (typeof value === 'string' && RFC_3339.exec(value)) || [];
  // Date.parse takes the 30th of February for the 2nd of March.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) ? Date.parse(value as string) : NaN;
}
