import type { Memo } from '../audit/index.ts';
import { memoOf } from '../audit/index.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { fromPayloads } from './payloads.ts';
import { buildQueue } from './queues.ts';
import type { RunOf } from './unsettled.ts';

const PAGE = 200;

/** The runs of a project that ended without running any code and need settling: since then, or all that are kept. */
export async function* endedFromOutside(
  temporal: TemporalConnection,
  project: string,
  since: number | undefined,
): AsyncGenerator<RunOf> {
  const { service, namespace } = temporal;
  const query = [
    'ExecutionStatus IN ("Terminated", "TimedOut")',
    // That of the loop, or of any build.
    `(TaskQueue = ${JSON.stringify(project)} OR TaskQueue STARTS_WITH ${JSON.stringify(buildQueue(project, ''))})`,
    ...(since === undefined ? [] : [`CloseTime >= "${new Date(since).toISOString()}"`]),
  ].join(' AND ');
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await call(temporal, () =>
      service.listWorkflowExecutions({ namespace, query, pageSize: PAGE, nextPageToken }),
    );
    for (const { execution, memo } of page.executions) {
      const { workflowId, runId } = execution ?? {};
      if (workflowId && runId && needsSettling(memo)) yield { workflowId, runId };
    }
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
}

const needsSettling = (memo: Memo | null | undefined): boolean =>
  memo?.fields?.[MEMO_KEY] !== undefined && memoOf(memo, { decode: fromPayloads }).settle === true;
