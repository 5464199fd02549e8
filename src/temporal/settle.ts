import { randomUUID } from 'node:crypto';
import { outcomeOf } from '../audit/index.ts';
import { DEFAULT_TENANT, tenantOf } from '../core/caller.ts';
import type { InvocationMemo, SettledOutcome, SettleEnvelope } from '../core/envelope.ts';
import { MEMO_KEY, SETTLE } from '../core/envelope.ts';
import type { InvocationError } from '../core/invocation.ts';
import type { CalledWorkflow } from '../core/step.ts';
import { subjectOfWorkflow } from '../core/subject.ts';
import { DoError } from '../core/errors.ts';
import { notTakenBack } from '../core/workflow-end.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import { readRun, waitForClose } from './history.ts';
import type { Execution } from './ids.ts';
import { readPayloads, toPayload, toPayloads } from './payloads.ts';
import { runsBetween } from './between.ts';
import { findExecution } from './find.ts';
import type { RunOf, UnsettledRun } from './unsettled.ts';
import { readTakenBack, readUnsettled } from './unsettled.ts';

/** Enum values of Temporal's API. */
const ALLOW_DUPLICATE_FAILED_ONLY = 2;
const REJECT_DUPLICATE = 3;
const USE_EXISTING = 2;

export interface SettleOptions {
  /** Names the queue of the loop. */
  project: string;
  /** True: begin anew where settling had failed finally. */
  again: boolean;
  /** Who asked for it; on record, and so in the audit. Default: this process. */
  by?: string;
}

/** Of another tenant than the default one it names the caller, by whom the tenant is told; older ids name none. */
export function settlingIdOf(name: string, { workflowId, runId }: RunOf): string {
  const { caller } = subjectOfWorkflow(workflowId);
  const isDefault = caller === undefined || tenantOf(caller) === DEFAULT_TENANT;
  return `${name}${SETTLE}/${isDefault ? '' : `${encodeURIComponent(caller)}/`}${runId}`;
}

/**
 * Starts the invocation that settles a run, or finds the one that does. Its id is made from the run, so that however many
 * ask, one settles. Undefined when there is nothing to settle.
 */
export async function startSettling(
  temporal: TemporalConnection,
  run: RunOf,
  options: SettleOptions,
): Promise<Execution | undefined> {
  const unsettled = await readUnsettled(temporal, run);
  return unsettled && (await start(temporal, unsettled, options));
}

async function start(
  temporal: TemporalConnection,
  unsettled: UnsettledRun,
  { project, again, by = temporal.identity }: SettleOptions,
): Promise<Execution | undefined> {
  const workflowId = settlingIdOf(unsettled.name, unsettled);
  const envelope = again ? await withEarlier(temporal, workflowId, unsettled.envelope) : unsettled.envelope;
  try {
    const { runId } = await call(temporal, () =>
      temporal.service.startWorkflowExecution({
        namespace: temporal.namespace,
        identity: by,
        requestId: randomUUID(),
        workflowId,
        workflowType: { name: unsettled.name + SETTLE },
        taskQueue: { name: project },
        input: toPayloads(unsettled.input, envelope),
        memo: { fields: { [MEMO_KEY]: toPayload(memoFor(unsettled)) } },
        userMetadata: { summary: toPayload(`settles ${unsettled.workflowId}, run ${unsettled.runId}`) },
        workflowIdReusePolicy: again ? ALLOW_DUPLICATE_FAILED_ONLY : REJECT_DUPLICATE,
        workflowIdConflictPolicy: USE_EXISTING,
      }),
    );
    return { workflowId, firstRunId: runId };
  } catch (error) {
    if (grpcCode((error as Error).cause) !== GRPC.ALREADY_EXISTS) throw error;
    return (await findExecution(temporal, { workflowId }))?.execution;
  }
}

/** What earlier tries to settle a workflow have taken back is on their records. */
async function withEarlier(
  temporal: TemporalConnection,
  workflowId: string,
  envelope: UnsettledRun['envelope'],
): Promise<UnsettledRun['envelope']> {
  if (!('settlesWorkflow' in envelope)) return envelope;
  const found = await findExecution(temporal, { workflowId });
  if (!found) return envelope;
  const { firstRunId } = found.execution;
  const [started] = await readRun(temporal, found.execution, firstRunId);
  const input = readPayloads(started?.workflowExecutionStartedEventAttributes?.input);
  const { earlier = [] } = (input[1] as SettleEnvelope | undefined)?.settlesWorkflow ?? {};
  const settlesWorkflow = { ...envelope.settlesWorkflow, earlier: [...earlier, firstRunId] };
  return { ...envelope, settlesWorkflow };
}

export interface Before extends RunOf {
  /** Whether it had the input of the run that settles it. */
  sameInput: boolean;
}

/**
 * Settles the run before `own`, and whatever was started and ended from outside between the two. That one of the same
 * input had committed is told before anything else.
 */
export async function settleBefore(
  temporal: TemporalConnection,
  { before, own }: { before: Before; own: RunOf },
  project: string,
  signal: AbortSignal,
): Promise<SettledOutcome> {
  const between = await runsBetween(temporal, before, own, signal);
  const outcomes: SettledOutcome[] = [];
  for (const run of [before, ...between]) {
    const settled = await settleRun(temporal, run, project, signal);
    outcomes.push({ ...settled, sameInput: settled.sameInput === true && run.sameInput });
  }
  const repeated = outcomes.find(({ outcome, sameInput }) => outcome === 'committed' && sameInput);
  return repeated ?? outcomes[0]!;
}

/** Settles a run and waits for it; `COMPENSATION_FAILED` when what it did cannot be taken back. */
async function settleRun(
  temporal: TemporalConnection,
  run: RunOf,
  project: string,
  signal: AbortSignal,
): Promise<SettledOutcome> {
  const unsettled = await readUnsettled(temporal, run);
  const execution = unsettled && (await start(temporal, unsettled, { project, again: true }));
  if (!execution) return { outcome: 'nothing' };
  const last = await waitForClose(temporal, execution, signal);
  const { status, output, error } = outcomeOf(last, { decode: readPayloads });
  if (status === 'completed') return { ...(output as SettledOutcome), sameInput: unsettled.sameInput };
  throw new DoError(
    'COMPENSATION_FAILED',
    `The run that had this id before was ended from outside and is not settled: ${error?.message ?? status}`,
  );
}

/**
 * Takes back what a workflow had done that another one called, where it completed: otherwise it has settled itself. Gives
 * the invocation that does it; undefined where there is nothing to take back. `COMPENSATION_FAILED` where it cannot be.
 */
export async function settleCalled(
  temporal: TemporalConnection,
  { workflowId, hasCompleted, error }: CalledWorkflow & { error: InvocationError },
  project: string,
  signal: AbortSignal,
): Promise<Execution | undefined> {
  const called = await findExecution(temporal, { workflowId });
  if (!called && hasCompleted) throw notTakenBack(`the record of ${workflowId} is no longer kept`);
  if (!called) return undefined;
  const closing = await waitForClose(temporal, called.execution, signal);
  if (!closing.workflowExecutionCompletedEventAttributes) return undefined;
  // It may have gone on in another run meanwhile.
  const { execution, runId } = (await findExecution(temporal, { workflowId })) ?? called;
  const left = await readTakenBack(temporal, { ...execution, runId }, error);
  const settling = left && (await start(temporal, left, { project, again: true }));
  if (!settling) return undefined;
  const last = outcomeOf(await waitForClose(temporal, settling, signal), { decode: readPayloads });
  if (last.status !== 'completed') throw notTakenBack(last.error?.message ?? last.status);
  return settling;
}

const memoFor = ({ kind, envelope, invocationId }: UnsettledRun): InvocationMemo => ({
  kind,
  version: envelope.version,
  caller: envelope.caller,
  settles: invocationId,
});
