import { LONGEST_MS } from './duration.ts';
import type { ErrorCode } from './errors.ts';

/** Why an attempt failed, as it goes on record. */
export interface Failure {
  code: ErrorCode;
  type: string;
  message: string;
  nonRetryable: boolean;
  retryAfterMs?: number;
  stack?: string;
  cause?: Failure;
}

/** Temporal's server cuts a pending failure at 4 KiB and never records one above its blob limit, so cut first. */
const MESSAGE_LIMIT = 4_096;
const STACK_LIMIT = 16_384;
/** A cause chain may be cyclic or endless; the first few links are what a reader uses. */
const CAUSE_LIMIT = 5;

/** Whatever a handler threw, as a `Failure`. Never throws: a thrown Proxy or a getter that throws is recorded too. */
export function toFailure(thrown: unknown, code: ErrorCode = 'INVOCATION_FAILED', depth = 0): Failure {
  const cause = depth < CAUSE_LIMIT ? read(thrown, 'cause') : undefined;
  const retryAfterMs = read(thrown, 'retryAfterMs');
  const stack = text(read(thrown, 'stack'));
  return {
    code,
    type: clip(typeOf(thrown), 256),
    message: clip(messageOf(thrown), MESSAGE_LIMIT),
    nonRetryable: read(thrown, 'nonRetryable') === true,
    ...(isDelay(retryAfterMs) && { retryAfterMs }),
    ...(stack !== undefined && { stack: clip(stack, STACK_LIMIT) }),
    ...(cause !== undefined && cause !== null && { cause: toFailure(cause, code, depth + 1) }),
  };
}

/** A minifier renames constructors, and a name of a class is shared by many; so `type`, then `code`, then `name`. */
function typeOf(thrown: unknown): string {
  return text(read(thrown, 'type')) ?? text(read(thrown, 'code')) ?? text(read(thrown, 'name')) ?? 'Error';
}

function messageOf(thrown: unknown): string {
  const message = read(thrown, 'message');
  if (typeof message === 'string') return message;
  try {
    return typeof thrown === 'object' && thrown !== null ? (JSON.stringify(thrown) ?? '') : String(thrown);
  } catch {
    return 'The handler threw a value that cannot be described.';
  }
}

function read(thrown: unknown, property: string): unknown {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    return (thrown as Record<string, unknown>)[property];
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Any error may carry the field, and a timer cannot wait for NaN or Infinity. */
const isDelay = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_MS;

/** Half of a surrogate pair is no UTF-8, in which a failure travels. */
const clip = (value: string, limit: number): string =>
  (value.length <= limit
    ? value
    : `${value.slice(0, limit)}… (${value.length - limit} more characters)`
  ).replaceAll(/\p{Surrogate}/gu, '\uFFFD');
