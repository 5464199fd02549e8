import type { ActionDefinition } from './definition.ts';
import { DoError } from './errors.ts';
import type { FlowControl } from './flow.ts';
import { resolveFlow } from './flow.ts';
import { leavesReceipts } from './level.ts';
import type { AttemptPolicy, RetryPolicy } from './policy.ts';
import { resolvePolicy } from './policy.ts';
import type { Compensation, Safety } from './safety.ts';

/** What is half-done waits for this, so it is tried harder than the action itself. */
const PATIENT: RetryPolicy = { maximumAttempts: 10, initialInterval: '1s', maximumInterval: '1m' };

/** All its attempts are in the record of one run. */
const MOST_ATTEMPTS = 1_000;

type Definition = Pick<
  ActionDefinition<never, unknown, never, unknown>,
  'name' | 'handler' | 'timeout' | 'transactional' | 'compensation' | 'concurrency' | 'rateLimit' | 'priority'
> & { compensate?: unknown };

export function resolveSafety(definition: Definition): Safety | undefined {
  const compensate = resolveCompensation(definition);
  const safety: Safety = {
    ...(definition.transactional === true && { transactional: true }),
    ...(leavesReceipts(definition.handler) && { receipts: true }),
    ...(compensate && { compensate }),
  };
  return Object.keys(safety).length === 0 ? undefined : safety;
}

function resolveCompensation(definition: Definition): Compensation | undefined {
  const { name, compensate, compensation = {}, timeout } = definition;
  if (compensate === undefined) return undefined;
  if (typeof compensate === 'function') {
    const retry = { ...PATIENT, ...compensation.retry };
    const policy = bounded(resolvePolicy(retry, compensation.timeout ?? timeout), name);
    return { policy, ...limitedBy(resolveFlow(definition)) };
  }
  const action = compensate as { name?: unknown; policy?: AttemptPolicy; flow?: FlowControl };
  if (typeof action.name === 'string' && action.policy) {
    return { policy: bounded(action.policy, name), action: action.name, ...limitedBy(action.flow) };
  }
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`compensate\` of action "${name}" to be a function or another action.`,
  );
}

const limitedBy = (flow: FlowControl | undefined): Pick<Compensation, 'flow'> => (flow ? { flow } : {});

function bounded(policy: AttemptPolicy, name: string): AttemptPolicy {
  if (policy.maximumAttempts <= MOST_ATTEMPTS) return policy;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`retry.maximumAttempts\` of the compensation of action "${name}" to be at most ${MOST_ATTEMPTS}; what fails more often needs a person.`,
  );
}
