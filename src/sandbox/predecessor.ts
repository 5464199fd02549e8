import {
  ActivityCancellationType,
  ActivityFailure,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { InvocationEnvelope, SettledOutcome } from '../core/envelope.ts';
import { HEARTBEAT_TIMEOUT_MS, PREDECESSOR } from '../core/envelope.ts';

/**
 * The run that had this id before may have ended without running any code of ours, a transaction of it still open or an
 * effect of it not taken back. It is settled before the first attempt of this one.
 */
export async function settlePredecessor({
  predecessor,
  resume,
  queue,
}: Pick<InvocationEnvelope, 'predecessor' | 'resume' | 'queue'>): Promise<SettledOutcome | undefined> {
  if (!predecessor || resume) return undefined;
  const activities = proxyActivities({
    taskQueue: queue,
    startToCloseTimeout: '1 day',
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: 500, maximumInterval: 10_000 },
    summary: `settle the run before this one, ${predecessor.runId}`,
  });
  const { workflowType } = workflowInfo();
  try {
    return (await activities[workflowType + PREDECESSOR]!(null, predecessor)) as SettledOutcome;
  } catch (error) {
    // What could not be taken back is told as it is, without the wrapper of the activity.
    throw error instanceof ActivityFailure && error.cause ? error.cause : error;
  }
}
