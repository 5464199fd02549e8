import type { HistoryEvent } from '../audit/index.ts';
import { openPayloads } from './codec-walk.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { readRun } from './history.ts';
import { invocationIdOf } from './ids.ts';
import { buildQueue } from './queues.ts';

/** One run of a workflow, with what it has on record so far. */
export interface RecordedRun {
  invocationId: string;
  workflowId: string;
  runId: string;
  isOpen: boolean;
  events: HistoryEvent[];
}

export interface RecentRunsQuery {
  project: string;
  workflow: string;
  limit: number;
}

/** The runs of a workflow on any build of the project: open ones first, then by closing time, newest first. */
export async function* recentRuns(
  temporal: TemporalConnection,
  { project, workflow, limit }: RecentRunsQuery,
): AsyncGenerator<RecordedRun> {
  const { service, namespace } = temporal;
  const onBuilds = JSON.stringify(buildQueue(project, ''));
  const query = `WorkflowType = ${JSON.stringify(workflow)} AND TaskQueue STARTS_WITH ${onBuilds}`;
  let nextPageToken: Uint8Array = new Uint8Array();
  let left = limit;
  do {
    const page = await call(temporal, () =>
      service.listWorkflowExecutions({ namespace, query, pageSize: left, nextPageToken }),
    );
    for (const { execution, closeTime } of page.executions) {
      const { workflowId, runId } = execution ?? {};
      if (!workflowId || !runId || left-- <= 0) continue;
      yield await recordOf(temporal, { workflowId, runId, isOpen: !closeTime });
    }
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0 && left > 0);
}

async function recordOf(
  temporal: TemporalConnection,
  run: Pick<RecordedRun, 'workflowId' | 'runId' | 'isOpen'>,
): Promise<RecordedRun> {
  const { workflowId, runId } = run;
  const events = await readRun(temporal, { workflowId, firstRunId: runId }, runId);
  // What cannot be decrypted cannot be repeated either, which would be told of the build and not of the key.
  openPayloads(events, temporal.cipher.require);
  const firstRunId = events[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId || runId;
  return { ...run, invocationId: invocationIdOf({ workflowId, firstRunId }), events };
}
