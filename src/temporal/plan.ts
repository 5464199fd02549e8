import type { CatalogueEntry } from '../core/catalogue.ts';
import type { InvocationEnvelope, InvocationMemo, StagedInvocation } from '../core/envelope.ts';
import { needsSettling } from '../core/safety.ts';
import { inputHash } from './canonical.ts';
import { actionQueue } from './queues.ts';

/** One invocation that is to be started. */
export interface StartPlan {
  entry: CatalogueEntry;
  input: unknown;
  caller: string;
  idempotencyKey?: string | undefined;
  deadlineMs?: number | undefined;
  delayMs?: number | undefined;
  /** Names the queue of the loop, which every worker of the project serves, and those of the actions. */
  project: string;
  /** True when this process has the handler and a running worker. */
  local: boolean;
  predecessor?: InvocationEnvelope['predecessor'];
}

/** What travels beside the input, so that the run never needs the catalogue again. */
export function envelopeOf(plan: StartPlan): InvocationEnvelope {
  const { entry, caller, idempotencyKey, deadlineMs, project, predecessor } = plan;
  const { name, version, policy, safety } = entry;
  const compensatedBy = safety?.compensate?.action;
  return {
    version,
    policy,
    caller,
    queue: actionQueue(project, name),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(isLocal(plan) && { local: true }),
    ...(safety && { safety }),
    ...(compensatedBy !== undefined && { compensationQueue: actionQueue(project, compensatedBy) }),
    ...(predecessor && { predecessor }),
  };
}

/** When a delay is over, this process may be gone. */
export const isLocal = ({ local, delayMs }: StartPlan): boolean => local && delayMs === undefined;

export function memoFor({
  entry,
  input,
  caller,
  idempotencyKey,
  deadlineMs,
  delayMs,
}: StartPlan): InvocationMemo {
  return {
    kind: 'action',
    version: entry.version,
    caller,
    ...(idempotencyKey !== undefined && { idempotencyKey, inputHash: inputHash(input) }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(delayMs !== undefined && { delayMs }),
    ...(needsSettling(entry.safety) && { settle: true }),
  };
}

export const summaryOf = ({ entry, caller, idempotencyKey }: StartPlan): string =>
  `${entry.name} v${entry.version}, called by ${caller}${idempotencyKey === undefined ? '' : `, key ${idempotencyKey}`}`;

/** As a child workflow of the invocation that enqueued it. */
export const stagedInvocation = (plan: StartPlan, workflowId: string): StagedInvocation => ({
  name: plan.entry.name,
  workflowId,
  input: plan.input,
  envelope: envelopeOf(plan),
  memo: memoFor(plan),
});
