import type { Duration } from './duration.ts';
import { toDuration, toMs } from './duration.ts';
import { DoError } from './errors.ts';

/** How many attempts may run at a time, over all workers. */
export interface Concurrency {
  /** At least 1; with 1 they run one after the other. */
  limit: number;
  /** A path into the input, such as `'customer.id'`: then the limit holds for each of its values. Default: one for all. */
  key?: string;
}

/** How many attempts may begin in a length of time, over all workers. */
export interface RateLimit {
  /** At least 1. */
  limit: number;
  /** From a second to a day. */
  per: Duration;
  /** A path into the input, such as `'customer.id'`: then the limit holds for each of its values. Default: one for all. */
  key?: string;
}

/** Which of several attempts that wait begins first: 1 before 5. Without one an attempt is at 3. */
export type Priority = 1 | 2 | 3 | 4 | 5;

/** Limits and priority as they travel with an invocation. */
export interface FlowControl {
  concurrency?: { limit: number; key?: string };
  rateLimit?: { limit: number; perMs: number; key?: string };
  priority?: Priority;
}

interface Declared {
  concurrency?: Concurrency | undefined;
  rateLimit?: RateLimit | undefined;
  priority?: Priority | undefined;
}

/** Temporal counts by the second, and a token of a bucket that fills for days is no longer a rate. */
const SHORTEST_PER_MS = 1_000;
const LONGEST_PER_MS = 86_400_000;

/** Undefined where nothing is declared; throws `DEFINITION_INVALID` naming the field. */
export function resolveFlow({ concurrency, rateLimit, priority }: Declared): FlowControl | undefined {
  const flow: FlowControl = {
    ...(concurrency !== undefined && {
      concurrency: {
        limit: limitOf(concurrency, 'concurrency', '{ limit: 5 }'),
        ...keyIn(concurrency, 'concurrency'),
      },
    }),
    ...(rateLimit !== undefined && {
      rateLimit: {
        limit: limitOf(rateLimit, 'rateLimit', "{ limit: 10, per: '1m' }"),
        perMs: perOf(rateLimit),
        ...keyIn(rateLimit, 'rateLimit'),
      },
    }),
    ...(priority !== undefined && { priority: checkPriority(priority) }),
  };
  return Object.keys(flow).length === 0 ? undefined : flow;
}

/** Throws `DEFINITION_INVALID` unless it is one of Temporal's five. */
export function checkPriority(priority: unknown): Priority {
  if (typeof priority === 'number' && [1, 2, 3, 4, 5].includes(priority)) return priority as Priority;
  throw invalid('priority', 'a whole number from 1 (first) to 5 (last)', priority);
}

/** The flow control of one call: what the call says goes before what the definition says. */
export function withPriority(
  flow: FlowControl | undefined,
  priority: Priority | undefined,
): FlowControl | undefined {
  return priority === undefined ? flow : { ...flow, priority };
}

/**
 * What the path finds in the input, as text. Empty where it finds nothing: such inputs share one limit, since an attempt
 * must not escape it by leaving the field out.
 */
export function keyOf(path: string | undefined, input: unknown): string {
  if (path === undefined) return '';
  const found = path.split('.').reduce(propertyOf, input);
  if (found === undefined || found === null) return '';
  return typeof found === 'string' ? found : (JSON.stringify(found) ?? '');
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** In the words of a definition; null where it says nothing. */
export function describeFlow(flow: FlowControl | undefined) {
  const { concurrency, rateLimit, priority } = flow ?? {};
  return {
    concurrency: concurrency ? { limit: concurrency.limit, key: concurrency.key ?? null } : null,
    rateLimit: rateLimit
      ? { limit: rateLimit.limit, per: toDuration(rateLimit.perMs), key: rateLimit.key ?? null }
      : null,
    priority: priority ?? null,
  };
}

function limitOf(declared: unknown, field: string, example: string): number {
  if (typeof declared !== 'object' || declared === null)
    throw invalid(field, `an object such as ${example}`, declared);
  const { limit } = declared as { limit?: unknown };
  if (Number.isSafeInteger(limit) && (limit as number) >= 1) return limit as number;
  throw invalid(`${field}.limit`, 'a whole number of at least 1', limit);
}

function perOf({ per }: RateLimit): number {
  const ms = toMs(per, 'rateLimit.per');
  if (ms >= SHORTEST_PER_MS && ms <= LONGEST_PER_MS) return ms;
  throw invalid('rateLimit.per', "from '1s' to '1d'", per);
}

/** Words joined by dots, none empty. */
const PATH = /^[^.\s]+(\.[^.\s]+)*$/;

function keyIn({ key }: { key?: unknown }, field: string): { key?: string } {
  if (key === undefined) return {};
  if (typeof key === 'string' && PATH.test(key)) return { key };
  throw invalid(`${field}.key`, "a path into the input, such as 'customer.id'", key);
}

function invalid(field: string, expected: string, got: unknown): DoError {
  const shown =
    typeof got === 'string' ? JSON.stringify(got) : typeof got === 'function' ? 'a function' : String(got);
  return new DoError('DEFINITION_INVALID', `Expected \`${field}\` to be ${expected}, got ${shown}.`);
}
