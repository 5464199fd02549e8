import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { DoError } from './errors.ts';

/** When a failed attempt is followed by another. */
export interface RetryPolicy {
  /** Attempts in all, the first included. Default: 3. */
  maximumAttempts?: number;
  /** The wait before the second attempt. Default: `'1s'`. */
  initialInterval?: Duration;
  /** Each further wait is this many times the one before. At least 1. Default: 2. */
  backoffCoefficient?: number;
  /** No wait is longer. Default: `'1m'`. */
  maximumInterval?: Duration;
  /** Error types (an error's `type`, else `code`, else `name`) after which no attempt is made. Default: none. */
  nonRetryableErrorTypes?: readonly string[];
}

/** A retry policy and timeout with every default filled in, as it travels with an invocation. */
export interface AttemptPolicy {
  maximumAttempts: number;
  initialIntervalMs: number;
  backoffCoefficient: number;
  maximumIntervalMs: number;
  nonRetryableErrorTypes: readonly string[];
  timeoutMs: number;
}

/** A wait is drawn from this part of the computed one upwards, so that many that failed together do not return together. */
const JITTER_FLOOR = 0.8;

export function resolvePolicy(retry: RetryPolicy = {}, timeout: Duration = '30s'): AttemptPolicy {
  const initialIntervalMs = toMs(retry.initialInterval ?? '1s', 'retry.initialInterval');
  return {
    maximumAttempts: atLeastOne(retry.maximumAttempts ?? 3, 'retry.maximumAttempts', Number.isSafeInteger),
    initialIntervalMs,
    backoffCoefficient: atLeastOne(
      retry.backoffCoefficient ?? 2,
      'retry.backoffCoefficient',
      Number.isFinite,
    ),
    maximumIntervalMs: toMs(
      retry.maximumInterval ?? Math.max(60_000, initialIntervalMs),
      'retry.maximumInterval',
    ),
    nonRetryableErrorTypes: typeNames(retry.nonRetryableErrorTypes ?? []),
    timeoutMs: toMs(timeout, 'timeout'),
  };
}

/** The wait after attempt `attempt` (1 is the first); `random` is in [0, 1). */
export function backoffMs(policy: AttemptPolicy, attempt: number, random: number): number {
  const grown = policy.initialIntervalMs * policy.backoffCoefficient ** (attempt - 1);
  const capped = Math.min(grown, policy.maximumIntervalMs);
  return Math.max(1, Math.round(capped * (JITTER_FLOOR + (1 - JITTER_FLOOR) * random)));
}

function atLeastOne(value: unknown, field: string, isKind: (value: unknown) => boolean): number {
  if (typeof value === 'number' && isKind(value) && value >= 1) return value;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`${field}\` to be a finite ${isKind === Number.isFinite ? 'number' : 'integer'} of at least 1, got ${String(value)}.`,
  );
}

function typeNames(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [...value] as string[];
  throw new DoError(
    'DEFINITION_INVALID',
    "Expected `retry.nonRetryableErrorTypes` to be an array of error types such as ['CardDeclined'].",
  );
}
