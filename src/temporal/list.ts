import type { Reading } from '../audit/index.ts';
import type { InvocationItem, InvocationPage, InvocationQuery } from '../core/query.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { cursorOf, pageTokenOf } from './cursor.ts';
import type { ListedRun } from './list-item.ts';
import { mayMatch, readItem } from './list-item.ts';

/** How often Temporal is asked for one page of ours, when what it lists is not ours or does not match. */
const ROUNDS = 20;
/** Outcomes that are looked up at the same time. */
const LOOKUPS = 25;

/**
 * A page of invocations from Temporal's visibility, in its own default order: running ones first, then by closing
 * time, newest first. Never asks for more than is missing, since its page token cannot point into a page.
 */
export async function listInvocations(
  temporal: TemporalConnection,
  query: InvocationQuery,
  reading: Reading,
): Promise<InvocationPage> {
  const items: InvocationItem[] = [];
  let token = pageTokenOf(query);
  for (let round = 0; round < ROUNDS; round++) {
    const page = await listRuns(temporal, query, query.limit - items.length, token);
    const candidates = page.executions.filter((run) => mayMatch(run, query, reading));
    items.push(...(await readItems(temporal, candidates, query, reading)));
    token = page.nextPageToken;
    if (token.length === 0 || items.length >= query.limit) break;
  }
  return { items, nextCursor: token.length === 0 ? null : cursorOf(token, query) };
}

async function listRuns(
  temporal: TemporalConnection,
  query: InvocationQuery,
  pageSize: number,
  nextPageToken: Uint8Array,
) {
  const { connection, namespace } = temporal;
  return await call(temporal, () =>
    connection.workflowService.listWorkflowExecutions({
      namespace,
      query: toVisibilityQuery(query),
      pageSize,
      nextPageToken,
    }),
  );
}

async function readItems(
  temporal: TemporalConnection,
  runs: ListedRun[],
  query: InvocationQuery,
  reading: Reading,
): Promise<InvocationItem[]> {
  const items: InvocationItem[] = [];
  for (let from = 0; from < runs.length; from += LOOKUPS) {
    const some = runs.slice(from, from + LOOKUPS).map((run) => readItem(temporal, run, reading));
    for (const item of await Promise.all(some)) {
      if (item && isWanted(item, query)) items.push(item);
    }
  }
  return items;
}

const isWanted = ({ status, error }: InvocationItem, query: InvocationQuery): boolean =>
  (query.status === undefined || status === query.status) &&
  (query.code === undefined || error?.code === query.code);

/** A deadline of ours fails the workflow, so that both statuses are asked for, and told apart by the outcome. */
const STATUS_QUERIES: Record<NonNullable<InvocationQuery['status']>, string> = {
  // Not "Running": a paused one is not, and has not closed either.
  running: 'CloseTime IS NULL',
  completed: 'ExecutionStatus = "Completed"',
  failed: 'ExecutionStatus = "Failed"',
  cancelled: 'ExecutionStatus = "Canceled"',
  timed_out: 'ExecutionStatus IN ("Failed", "TimedOut")',
  terminated: 'ExecutionStatus = "Terminated"',
};

const NOT_COMPLETED = 'ExecutionStatus IN ("Failed", "Canceled", "TimedOut", "Terminated")';

/**
 * Only attributes that every Temporal has. Names and times were checked, so nothing in them needs escaping. A run that
 * was continued has a later start than its invocation, so it may be missed by `until`; by `since` it never is.
 */
function toVisibilityQuery({ name, status, code, since, until }: InvocationQuery): string {
  const any = code === undefined ? 'ExecutionStatus != "ContinuedAsNew"' : NOT_COMPLETED;
  return [
    status === undefined ? any : STATUS_QUERIES[status],
    ...(name === undefined ? [] : [`WorkflowType = "${name}"`]),
    ...(since === undefined ? [] : [`StartTime >= "${since}"`]),
    ...(until === undefined ? [] : [`StartTime < "${until}"`]),
  ].join(' AND ');
}
