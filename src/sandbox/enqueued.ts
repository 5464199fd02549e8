import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { AttemptReport, StagedInvocation } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';

/**
 * Starts what the completed attempt has enqueued, and gives its output. An invocation closes only after all of them are
 * on record; its workflow's history is the outbox, and the ids are fixed, so that each starts once.
 */
export async function releaseEnqueued({ output, enqueued = [] }: AttemptReport): Promise<unknown> {
  await CancellationScope.nonCancellable(() => Promise.all(enqueued.map(start)));
  return output;
}

async function start({
  name,
  workflowId,
  input,
  envelope,
  memo,
  taskQueue,
}: StagedInvocation): Promise<void> {
  const priorityKey = 'flow' in envelope ? envelope.flow?.priority : undefined;
  try {
    await startChild(name, {
      workflowId,
      ...(taskQueue !== undefined && { taskQueue }),
      args: [input, envelope],
      memo: { [MEMO_KEY]: memo },
      staticSummary: `${name} v${envelope.version}, enqueued`,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      ...(priorityKey !== undefined && { priority: { priorityKey } }),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
    });
  } catch (error) {
    // The invocation of that key is there already: joined, or found completed.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
