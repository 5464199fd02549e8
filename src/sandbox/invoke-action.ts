import { makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { InvocationEnvelope, SettleEnvelope } from '../core/envelope.ts';
import type { LoopResult } from '../core/loop.ts';
import { runAttempts } from '../core/loop.ts';
import { needsSettling } from '../core/safety.ts';
import { invocationToken } from '../core/token.ts';
import type { Attempted } from './attempt-runner.ts';
import { AttemptRunner } from './attempt-runner.ts';
import { encodeFailures } from './encoded-failures.ts';
import { releaseEnqueued } from './enqueued.ts';
import { tellFailure } from './failure-notice.ts';
import { memoOfNextRun } from './next-run.ts';
import { settlePredecessor } from './predecessor.ts';
import { settleUnsettled } from './settle-unsettled.ts';
import { settleWorkflow } from './settle-workflow.ts';
import { ActivitySettlement } from './settlement.ts';
import { stepFailure } from './step.ts';
import { toWorkflowFailure } from './workflow-failure.ts';

/** What the prebuilt bundle runs for every workflow type: an invocation of an action, or the settling of one. */
export async function invokeAction(
  input: unknown,
  envelope: InvocationEnvelope | SettleEnvelope,
): Promise<unknown> {
  encodeFailures();
  if ('settlesWorkflow' in envelope) return await settleWorkflow(envelope);
  const { settles } = envelope;
  if (settles) return await settleUnsettled(input, envelope, settles);
  const before = await settlePredecessor(envelope);
  // It had happened before its run was ended, so this is a repeat of what has completed.
  if (before?.outcome === 'committed' && before.sameInput) return before.output;
  return await runInvocation(input, envelope);
}

/** One invocation of an action: its attempts, each an activity of its own, so that each is on record. */
async function runInvocation(input: unknown, envelope: InvocationEnvelope): Promise<unknown> {
  const { startTime } = workflowInfo();
  const { resume, deadlineMs, policy } = envelope;
  const tokenOf = tokenOfInvocation();
  const deadlineAt =
    resume?.deadlineAt ?? (deadlineMs === undefined ? undefined : startTime.getTime() + deadlineMs);
  const runner = new AttemptRunner(attemptedBy(input, envelope, tokenOf));
  const result = await runAttempts(runner, policy, {
    firstAttempt: resume?.attempt ?? 1,
    epoch: resume?.epoch ?? 0,
    deadlineAt,
    settlement: settlementOf(input, envelope, tokenOf),
  });
  if (result.status === 'completed') return await releaseEnqueued(result);
  if (result.status !== 'continued') throw await failed(input, envelope, result);
  return await continueAsNew(input, envelope, { result, deadlineAt, lastHeartbeat: runner.lastHeartbeat });
}

async function failed(
  input: unknown,
  { onFailure }: InvocationEnvelope,
  result: Extract<LoopResult, { attempts: number }>,
): Promise<Error> {
  const { workflowType: name, firstExecutionRunId } = workflowInfo();
  const { attempts } = result;
  const token = invocationToken(name, firstExecutionRunId);
  await tellFailure(onFailure, { name, input, failure: stepFailure(result), attempts, token });
  return toWorkflowFailure(result);
}

type TokenOf = Attempted['tokenOf'];

function tokenOfInvocation(): TokenOf {
  const { workflowType, firstExecutionRunId } = workflowInfo();
  return ({ epoch }) => invocationToken(workflowType, firstExecutionRunId, epoch);
}

function attemptedBy(input: unknown, envelope: InvocationEnvelope, tokenOf: TokenOf): Attempted {
  const { workflowType: name, taskQueue } = workflowInfo();
  const { version, caller, policy, queue, local, resume, flow } = envelope;
  const nearby = local === true ? taskQueue : undefined;
  return {
    name,
    version,
    caller,
    input,
    policy,
    flow,
    queue,
    nearby,
    tokenOf,
    lastHeartbeat: resume?.lastHeartbeat,
  };
}

function settlementOf(
  input: unknown,
  envelope: InvocationEnvelope,
  tokenOf: TokenOf,
): ActivitySettlement | undefined {
  if (!needsSettling(envelope.safety)) return undefined;
  const { workflowType: name, firstExecutionRunId: firstRunId } = workflowInfo();
  return new ActivitySettlement({ name, input, envelope, tokenOf, firstRunId });
}

interface Rest {
  result: Extract<LoopResult, { status: 'continued' }>;
  deadlineAt: number | undefined;
  lastHeartbeat: unknown;
}

async function continueAsNew(input: unknown, envelope: InvocationEnvelope, rest: Rest): Promise<unknown> {
  const { workflowType, taskQueue } = workflowInfo();
  const { result, deadlineAt, lastHeartbeat } = rest;
  const { nextAttempt: attempt, epoch } = result;
  const next = { ...envelope, local: false, resume: { attempt, epoch, deadlineAt, lastHeartbeat } };
  const memo = memoOfNextRun();
  return await makeContinueAsNewFunc<typeof invokeAction>({ workflowType, taskQueue, memo })(input, next);
}
