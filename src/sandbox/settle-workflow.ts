import {
  CancellationScope,
  makeContinueAsNewFunc,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { SettledOutcome, SettleEnvelope, UnsettledWorkflow } from '../core/envelope.ts';
import { HEARTBEAT_TIMEOUT_MS, SETTLE, UNSETTLED } from '../core/envelope.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import type { CompensationOutcome } from '../core/settle.ts';
import { settle } from '../core/settle.ts';
import type { UnsettledPage, UnsettledStep } from '../core/unsettled.ts';
import { settlementOfCalled } from './called-workflow.ts';
import { releaseEnqueued } from './enqueued.ts';
import type { Remaining } from '../core/workflow-end.ts';
import { memoOfNextRun } from './next-run.ts';
import { isRecordLong } from './record-end.ts';
import { ActivitySettlement } from './settlement.ts';
import { compensationFailed } from '../core/workflow-end.ts';
import { workflowFailure } from './workflow-failure.ts';

/**
 * Settles a workflow that was ended from outside, as an invocation of its own: steps that were open, then those that had
 * completed, last first. Which they are its record tells, page by page, since together they may be larger than a message.
 */
export async function settleWorkflow(envelope: SettleEnvelope): Promise<SettledOutcome> {
  return await CancellationScope.nonCancellable(() => settleAll(envelope));
}

async function settleAll(envelope: SettleEnvelope): Promise<SettledOutcome> {
  const { settlesWorkflow: unsettled, resume } = envelope;
  const { error } = unsettled;
  const failure: Failure = { ...error, code: error.code as ErrorCode, nonRetryable: true };
  const remaining: Remaining[] = [...(resume?.remaining ?? [])];
  for (let from: number | null = resume?.from ?? 0; from !== null;) {
    const page: UnsettledPage = await readPage(unsettled, from);
    for (const step of page.steps) {
      const left = await settleStep(step, failure);
      if (left) remaining.push({ path: step.mark.path, failure: left });
    }
    from = page.next;
    if (from !== null && isRecordLong(envelope))
      await continueAsNew({ ...envelope, resume: { from, remaining } });
  }
  if (remaining.length > 0) throw workflowFailure(compensationFailed(failure, remaining), 1, undefined);
  return { outcome: 'compensated' };
}

async function readPage(unsettled: UnsettledWorkflow, from: number): Promise<UnsettledPage> {
  const { workflowType, taskQueue } = workflowInfo();
  const activities = proxyActivities({
    taskQueue,
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    // However long Temporal is away, which is where the record is.
    retry: { initialInterval: 500, maximumInterval: 10_000 },
    summary: 'read what is to be settled',
  });
  const type = workflowType.slice(0, -SETTLE.length) + UNSETTLED;
  return (await activities[type]!(null, { ...unsettled, from })) as UnsettledPage;
}

/** Why it could not be taken back; undefined when nothing of it is left. */
async function settleStep(step: UnsettledStep, failure: Failure): Promise<Failure | undefined> {
  const { attempt, state, called } = step;
  const failed = { attempt, epoch: 0, failure };
  if (called) return failureOf(await settlementOfCalled({ ...step, called }).compensate(failed));
  if (state === 'completed') {
    await releaseEnqueued({ output: null, enqueued: step.enqueued ?? [] });
    return await takeBack(step, failed);
  }
  const settled = await settle(settlementOf(step), failed);
  if (settled.status === 'failed') return settled.failure;
  if (settled.status === 'settled') return undefined;
  // It had committed, which its workflow never heard of.
  await releaseEnqueued(settled);
  const { recall: _, ...inline } = step;
  return await takeBack({ ...inline, output: settled.output }, failed);
}

async function takeBack(
  step: UnsettledStep,
  failed: { attempt: number; epoch: number; failure: Failure },
): Promise<Failure | undefined> {
  if (!step.mark.safety?.compensate) return undefined;
  return failureOf(await settlementOf(step).compensate(failed));
}

const failureOf = (outcome: CompensationOutcome): Failure | undefined =>
  outcome.status === 'failed' ? outcome.failure : undefined;

function settlementOf({ mark, token, input, output, recall, ...step }: UnsettledStep): ActivitySettlement {
  const { name, queue, version, caller } = step;
  const { safety, compensationQueue } = mark;
  return new ActivitySettlement({
    name,
    input,
    output,
    step: mark,
    envelope: {
      version,
      caller,
      queue,
      ...(safety && { safety }),
      ...(compensationQueue !== undefined && { compensationQueue }),
    },
    tokenOf: () => token,
    firstRunId: workflowInfo().firstExecutionRunId,
    ...(recall && { recall, isElsewhere: true }),
  });
}

async function continueAsNew(next: SettleEnvelope): Promise<never> {
  const { workflowType, taskQueue } = workflowInfo();
  return await makeContinueAsNewFunc({ workflowType, taskQueue, memo: memoOfNextRun() })(null, next);
}
