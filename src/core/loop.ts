import type { Failure } from './failure.ts';
import type { AttemptPolicy } from './policy.ts';
import { backoffMs } from './policy.ts';

/** What the loop needs from the world it runs in. Cancellation is an exception that `attempt` and `sleep` let through. */
export interface LoopPort {
  attempt(plan: AttemptPlan): Promise<AttemptOutcome>;
  sleep(ms: number, plan: RetryPlan): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** True when the record of this run has grown so long that the rest belongs into a fresh one. */
  isRecordFull(): boolean;
}

export interface AttemptPlan {
  attempt: number;
  /** For this attempt, from its start. */
  timeoutMs: number;
  /** Until the invocation's deadline, waiting for a worker included; undefined without one. */
  expiresInMs: number | undefined;
}

export interface RetryPlan {
  nextAttempt: number;
  failure: Failure;
}

/** `failed` covers an attempt that timed out or whose worker was lost; `error` is the host's own object, for the cause. */
export type AttemptOutcome =
  { status: 'completed'; output: unknown } | { status: 'failed'; failure: Failure; error: unknown };

export type LoopResult =
  | { status: 'completed'; output: unknown }
  | { status: 'failed'; failure: Failure; error: unknown; attempts: number }
  | { status: 'timed_out'; failure?: Failure; error?: unknown; attempts: number }
  | { status: 'continued'; nextAttempt: number };

/**
 * One invocation's attempts, from `firstAttempt` to the outcome. Deterministic over its port: the same answers give
 * the same calls, which is what lets Temporal replay it.
 */
export async function runAttempts(
  port: LoopPort,
  policy: AttemptPolicy,
  { firstAttempt = 1, deadlineAt }: { firstAttempt?: number; deadlineAt?: number | undefined } = {},
): Promise<LoopResult> {
  const remainingMs = () => (deadlineAt === undefined ? Infinity : deadlineAt - port.now());
  if (remainingMs() <= 0) return { status: 'timed_out', attempts: firstAttempt - 1 };
  for (let attempt = firstAttempt; ; attempt++) {
    const outcome = await port.attempt(planAttempt(policy, attempt, remainingMs()));
    if (outcome.status === 'completed') return outcome;
    const { failure, error } = outcome;
    if (remainingMs() <= 0) return { status: 'timed_out', failure, error, attempts: attempt };
    if (isFinal(policy, attempt, failure)) return { status: 'failed', failure, error, attempts: attempt };
    const delayMs = failure.retryAfterMs ?? backoffMs(policy, attempt, port.random());
    // A wait that would outlast the deadline can only end in it: say so now.
    if (delayMs >= remainingMs()) return { status: 'timed_out', failure, error, attempts: attempt };
    await port.sleep(delayMs, { nextAttempt: attempt + 1, failure });
    if (port.isRecordFull()) return { status: 'continued', nextAttempt: attempt + 1 };
  }
}

function planAttempt(policy: AttemptPolicy, attempt: number, remainingMs: number): AttemptPlan {
  return {
    attempt,
    timeoutMs: Math.min(policy.timeoutMs, remainingMs),
    expiresInMs: Number.isFinite(remainingMs) ? remainingMs : undefined,
  };
}

const isFinal = (policy: AttemptPolicy, attempt: number, failure: Failure): boolean =>
  failure.nonRetryable ||
  attempt >= policy.maximumAttempts ||
  policy.nonRetryableErrorTypes.includes(failure.type);
