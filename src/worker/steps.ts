import { Context } from '@temporalio/activity';
import { Pulse } from '../attempt/pulse.ts';
import type {
  AttemptEnvelope,
  InvocationEnvelope,
  SettledOutcome,
  StagedInvocation,
  UnsettledWorkflow,
} from '../core/envelope.ts';
import { isDoError } from '../core/errors.ts';
import type { SealOutcome } from '../core/settle.ts';
import type { CalledWorkflow } from '../core/step.ts';
import type { UnsettledPage } from '../core/unsettled.ts';
import { seal, unknownReceipts } from '../store/index.ts';
import { invocationIdOf } from '../temporal/ids.ts';
import { settleBefore, settleCalled } from '../temporal/settle.ts';
import { readUnsettledPage } from '../temporal/unsettled-steps.ts';
import { toStepFailure } from './failure.ts';
import type { WorkerHost } from './host.ts';

/** Decides the token of an attempt that is to be told as failed, in the store. */
export async function sealToken(name: string, meta: AttemptEnvelope, host: WorkerHost): Promise<SealOutcome> {
  const store = await host.store();
  const { token, attempt, firstRunId } = meta;
  const { workflowId } = Context.current().info.workflowExecution!;
  const invocationId = invocationIdOf({ workflowId, firstRunId });
  const sealed = await seal(store, { token, action: name, invocationId, attempt });
  if (sealed.state === 'sealed') {
    const calls = await unknownReceipts(store, token);
    return { status: 'sealed', ...(calls.length > 0 && { unknownCalls: calls.map(withoutTime) }) };
  }
  const { output, enqueued, attempt: committedBy } = sealed;
  return { status: 'committed', output, enqueued: enqueued as StagedInvocation[], committedBy };
}

const withoutTime = ({ name, attempt }: { name: string; attempt: number }) => ({ name, attempt });

/** Settles the run that had this workflow's id before, should it have ended without running any code of ours. */
export async function settlePredecessor(
  predecessor: NonNullable<InvocationEnvelope['predecessor']>,
  { temporal, project }: WorkerHost,
): Promise<SettledOutcome> {
  const { info, cancellationSignal, heartbeat } = Context.current();
  const pulse = new Pulse(heartbeat.bind(Context.current()));
  const own = info.workflowExecution!;
  const before = { workflowId: own.workflowId, ...predecessor };
  try {
    return await settleBefore(temporal, { before, own }, project, cancellationSignal);
  } catch (error) {
    throw finalWhereNotTakenBack(error);
  } finally {
    pulse.stop();
  }
}

/** Takes back what a workflow has done that a step had called; gives the invocation that did it, if one had to. */
export async function takeCalledBack(
  called: CalledWorkflow,
  { compensates }: AttemptEnvelope,
  { temporal, project }: WorkerHost,
): Promise<{ settledBy: string } | null> {
  const { cancellationSignal, heartbeat } = Context.current();
  const pulse = new Pulse(heartbeat.bind(Context.current()));
  try {
    const { error } = compensates!;
    const execution = await settleCalled(temporal, { ...called, error }, project, cancellationSignal);
    return execution ? { settledBy: invocationIdOf(execution) } : null;
  } catch (error) {
    throw finalWhereNotTakenBack(error);
  } finally {
    pulse.stop();
  }
}

/** To try again would not help: what could be tried, was. */
const finalWhereNotTakenBack = (error: unknown): unknown =>
  isDoError(error) && error.code === 'COMPENSATION_FAILED'
    ? toStepFailure(error, { code: 'COMPENSATION_FAILED', nonRetryable: true })
    : error;

/** What is to be settled of a workflow that was ended from outside, from a place in that list on. */
export async function unsettledPage(
  { from, ...unsettled }: UnsettledWorkflow & { from: number },
  { temporal, project }: WorkerHost,
): Promise<UnsettledPage> {
  const { info, heartbeat } = Context.current();
  const pulse = new Pulse(heartbeat.bind(Context.current()));
  try {
    const settling = info.workflowExecution!.workflowId;
    return await readUnsettledPage(temporal, { unsettled, settling, project, from });
  } finally {
    pulse.stop();
  }
}
