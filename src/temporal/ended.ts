import type { Memo } from '../audit/index.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';

export interface EndedRun {
  workflowId: string;
  runId: string;
  memo: Memo | null | undefined;
}

const PAGE = 200;

/** The runs of a project that ended without running any code, those since then or all that are kept. */
export async function* endedFromOutside(
  temporal: TemporalConnection,
  project: string,
  since: number | undefined,
): AsyncGenerator<EndedRun> {
  const { connection, namespace } = temporal;
  const query = [
    'ExecutionStatus IN ("Terminated", "TimedOut")',
    `TaskQueue = ${JSON.stringify(project)}`,
    ...(since === undefined ? [] : [`CloseTime >= "${new Date(since).toISOString()}"`]),
  ].join(' AND ');
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await call(temporal, () =>
      connection.workflowService.listWorkflowExecutions({ namespace, query, pageSize: PAGE, nextPageToken }),
    );
    for (const { execution, memo } of page.executions) {
      const { workflowId, runId } = execution ?? {};
      if (workflowId && runId) yield { workflowId, runId, memo };
    }
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
}
