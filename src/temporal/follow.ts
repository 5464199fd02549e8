import { call } from './connection.ts';
import type { TemporalConnection } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { Execution } from './ids.ts';

/** Another one whenever the record is: that an attempt has begun is no event, and told by what is pending only. */
export async function markOf(
  temporal: TemporalConnection,
  { workflowId, firstRunId }: Execution,
): Promise<string> {
  const { service, namespace } = temporal;
  try {
    const { workflowExecutionInfo: info, pendingActivities } = await call(temporal, () =>
      service.describeWorkflowExecution({ namespace, execution: { workflowId } }),
    );
    const runId = info?.execution?.runId;
    // The id belongs to another invocation now, so nothing more happens to this one.
    if ((info?.firstRunId || runId) !== firstRunId) return 'over';
    const pending = pendingActivities.map(({ activityId, state, attempt }) => [activityId, state, attempt]);
    return JSON.stringify([runId, info?.historyLength?.toString(), info?.status, pending]);
  } catch (error) {
    if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND) return 'gone';
    throw error;
  }
}
