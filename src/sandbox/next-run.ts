import { workflowInfo } from '@temporalio/workflow';
import type { InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';

/** A listing shows the last run only, and Temporal tells of its first neither id nor start there. */
export function memoOfNextRun(): Record<string, unknown> {
  const { memo, firstExecutionRunId, startTime } = workflowInfo();
  const ours = memo?.[MEMO_KEY] as InvocationMemo | undefined;
  if (!ours) return { ...memo };
  const first = { firstRunId: firstExecutionRunId, startedAt: ours.startedAt ?? startTime.toISOString() };
  return { ...memo, [MEMO_KEY]: { ...ours, ...first } satisfies InvocationMemo };
}
