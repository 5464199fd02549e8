import { checkPriority, withPriority } from './flow.ts';
import type { AttemptPolicy } from './policy.ts';
import { resolvePolicy } from './policy.ts';
import type { StepEntry } from './step.ts';
import type { CallOptions } from './verbs.ts';

/** What the call says goes before what the definition says, field by field. */
export function overridden(entry: StepEntry, options: CallOptions): StepEntry {
  const { retry, timeout, priority } = options;
  if (retry === undefined && timeout === undefined && priority === undefined) return entry;
  const { policy } = entry;
  const flow = withPriority(entry.flow, priority === undefined ? undefined : checkPriority(priority));
  return {
    ...entry,
    policy: resolvePolicy({ ...spelled(policy), ...retry }, timeout ?? policy.timeoutMs),
    ...(flow && { flow }),
  };
}

const spelled = (policy: AttemptPolicy) => ({
  maximumAttempts: policy.maximumAttempts,
  initialInterval: policy.initialIntervalMs,
  backoffCoefficient: policy.backoffCoefficient,
  maximumInterval: policy.maximumIntervalMs,
  nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
});
