import { ApplicationFailure, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { FailureDetail, InvocationEnvelope, InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { LoopResult } from '../core/loop.ts';
import { runAttempts } from '../core/loop.ts';
import { AttemptRunner } from './attempt-runner.ts';

/** One invocation of an action: its attempts, each an activity of its own, so that each is on record. */
export async function invokeAction(input: unknown, envelope: InvocationEnvelope): Promise<unknown> {
  const { startTime, workflowType, taskQueue } = workflowInfo();
  const { resume, deadlineMs, policy } = envelope;
  const deadlineAt =
    resume?.deadlineAt ?? (deadlineMs === undefined ? undefined : startTime.getTime() + deadlineMs);
  const runner = new AttemptRunner(input, envelope);
  const result = await runAttempts(runner, policy, { firstAttempt: resume?.attempt ?? 1, deadlineAt });
  if (result.status === 'completed') return result.output;
  if (result.status === 'continued') {
    const { lastHeartbeat } = runner;
    const next = {
      ...envelope,
      local: false,
      resume: { attempt: result.nextAttempt, deadlineAt, lastHeartbeat },
    };
    const memo = memoOfNextRun();
    return await makeContinueAsNewFunc<typeof invokeAction>({ workflowType, taskQueue, memo })(input, next);
  }
  throw toWorkflowFailure(result);
}

/** A listing shows the last run only, and Temporal tells of its first neither id nor start there. */
function memoOfNextRun(): Record<string, unknown> {
  const { memo, firstExecutionRunId, startTime } = workflowInfo();
  const ours = memo?.[MEMO_KEY] as InvocationMemo | undefined;
  if (!ours) return { ...memo };
  const first = { firstRunId: firstExecutionRunId, startedAt: ours.startedAt ?? startTime.toISOString() };
  return { ...memo, [MEMO_KEY]: { ...ours, ...first } satisfies InvocationMemo };
}

function toWorkflowFailure(result: Extract<LoopResult, { attempts: number }>): ApplicationFailure {
  const { status, failure, error, attempts } = result;
  const timedOut = status === 'timed_out';
  const lastError = failure ? `${failure.type}: ${failure.message}` : 'no attempt had ended';
  const detail: FailureDetail = { code: timedOut ? 'INVOCATION_TIMED_OUT' : failure.code, attempts };
  return ApplicationFailure.create({
    message: timedOut
      ? `The deadline passed after ${attempts} attempt${attempts === 1 ? '' : 's'}; last: ${lastError}`
      : failure.message,
    type: timedOut ? 'DeadlineExceeded' : failure.type,
    nonRetryable: true,
    details: [detail],
    ...(error instanceof Error && { cause: error }),
  });
}
