import type { AttemptPolicy } from '../core/policy.ts';
import { resolvePolicy } from '../core/policy.ts';
import type { StepEntry } from '../core/step.ts';
import type { CallOptions } from '../core/verbs.ts';

/** What the call says goes before what the definition says, field by field. */
export function overridden(entry: StepEntry, { retry, timeout }: CallOptions): StepEntry {
  if (retry === undefined && timeout === undefined) return entry;
  const { policy } = entry;
  return { ...entry, policy: resolvePolicy({ ...spelled(policy), ...retry }, timeout ?? policy.timeoutMs) };
}

const spelled = (policy: AttemptPolicy) => ({
  maximumAttempts: policy.maximumAttempts,
  initialInterval: policy.initialIntervalMs,
  backoffCoefficient: policy.backoffCoefficient,
  maximumInterval: policy.maximumIntervalMs,
  nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
});
