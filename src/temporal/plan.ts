import type { ActionEntry, CatalogueEntry } from '../core/catalogue.ts';
import type {
  InvocationEnvelope,
  InvocationMemo,
  StagedInvocation,
  StagedTemplate,
  WorkflowEnvelope,
} from '../core/envelope.ts';
import type { FlowControl, Priority } from '../core/flow.ts';
import { withPriority } from '../core/flow.ts';
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
  priority?: Priority | undefined;
  /** Names the queue of the loop, which every worker of the project serves, and those of the actions. */
  project: string;
  /** True when this process has the handler and a running worker. */
  local: boolean;
  predecessor?: InvocationEnvelope['predecessor'];
  /** Who is told when it finally failed. */
  onFailure?: ActionEntry | undefined;
}

/** What travels beside the input, so that the run never needs the catalogue again. */
export const envelopeOf = (plan: StartPlan): InvocationEnvelope | WorkflowEnvelope =>
  plan.entry.kind === 'action' ? { ...commonOf(plan), ...actionPartOf(plan, plan.entry) } : commonOf(plan);

function commonOf(plan: StartPlan): WorkflowEnvelope {
  const { entry, caller, idempotencyKey, predecessor, onFailure } = plan;
  const deadlineMs = deadlineOf(plan);
  return {
    version: entry.version,
    caller,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(predecessor && { predecessor }),
    ...(onFailure && { onFailure: failureTemplate(plan, onFailure) }),
  };
}

function actionPartOf(plan: StartPlan, { name, policy, safety }: ActionEntry) {
  const { project } = plan;
  const flow = flowOf(plan);
  const compensatedBy = safety?.compensate?.action;
  return {
    policy,
    queue: actionQueue(project, name),
    // Temporal's limits and priorities are of the action's own queue, so no attempt may go past it.
    ...(isLocal(plan) && !flow && { local: true }),
    ...(flow && { flow }),
    ...(safety && { safety }),
    ...(compensatedBy !== undefined && { compensationQueue: actionQueue(project, compensatedBy) }),
  };
}

/** What the call says goes before the definition; a workflow has what the call says, and its steps inherit it. */
export const flowOf = ({ entry, priority }: StartPlan): FlowControl | undefined =>
  withPriority(entry.kind === 'action' ? entry.flow : undefined, priority);

/** A workflow may bring its own. */
const deadlineOf = ({ entry, deadlineMs }: StartPlan): number | undefined =>
  deadlineMs ?? (entry.kind === 'workflow' ? entry.deadlineMs : undefined);

/** May it end from outside with something left to settle? A workflow may whenever one of its steps may. */
export const mayNeedSettling = (entry: CatalogueEntry): boolean =>
  entry.kind === 'workflow' || needsSettling(entry.safety);

/** The loop's queue, which every worker of the project serves, or that of the workflow's build. */
export const taskQueueOf = ({ entry, project }: StartPlan): string =>
  entry.kind === 'workflow' ? entry.queue : project;

/** When a delay is over, this process may be gone. */
export const isLocal = ({ local, delayMs }: StartPlan): boolean => local && delayMs === undefined;

export function memoFor(plan: StartPlan): InvocationMemo {
  const { entry, input, caller, idempotencyKey, delayMs } = plan;
  const deadlineMs = deadlineOf(plan);
  return {
    kind: entry.kind,
    version: entry.version,
    caller,
    ...(idempotencyKey !== undefined && { idempotencyKey, inputHash: inputHash(input) }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(delayMs !== undefined && { delayMs }),
    ...(mayNeedSettling(entry) && { settle: true }),
    ...(entry.kind === 'workflow' && entry.signals && { signals: entry.signals }),
  };
}

/** Temporal refuses more than 400 bytes, of which encryption takes about 110. */
const LONGEST_SUMMARY = 240;

export const summaryOf = ({ entry, caller, idempotencyKey }: StartPlan): string =>
  `${entry.name} v${entry.version}, called by ${caller}${idempotencyKey === undefined ? '' : `, key ${idempotencyKey}`}`.slice(
    0,
    LONGEST_SUMMARY,
  );

/** Without an `onFailure` of its own: a notice that fails is not told in turn, or two of them would never end. */
function failureTemplate({ caller, project }: StartPlan, entry: ActionEntry): StagedTemplate {
  const {
    workflowId: _,
    input: __,
    ...template
  } = stagedInvocation({ entry, input: null, caller, project, local: false }, '');
  return template;
}

/** As a child workflow of the invocation that enqueued it. */
export const stagedInvocation = (plan: StartPlan, workflowId: string): StagedInvocation => ({
  name: plan.entry.name,
  workflowId,
  input: plan.input,
  envelope: envelopeOf(plan),
  memo: memoFor(plan),
  // That of whoever starts it may be of a build, which runs no actions.
  taskQueue: taskQueueOf(plan),
});
