import type { AttemptPolicy } from './policy.ts';
import { resolvePolicy } from './policy.ts';
import type { StepEntry } from './step.ts';
import type { CallOptions } from './verbs.ts';

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
