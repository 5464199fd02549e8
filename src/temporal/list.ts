import type { Reading } from '../audit/index.ts';
import type { InvocationItem, InvocationPage, InvocationQuery } from '../core/query.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { isWithin } from '../core/subject.ts';
import { cursorOf, pageTokenOf } from './cursor.ts';
import type { ListedRun } from './list-item.ts';
import { mayMatch, readItem } from './list-item.ts';
import type { Narrowing } from './visible.ts';
import { narrowing } from './visible.ts';

/** How often Temporal is asked for one page of ours, when what it lists is not ours or does not match. */
const ROUNDS = 20;
/** Where rows of a tenant are sought among all: each is a large page, and others wait for the same server. */
const SPARSE_ROUNDS = 4;
/** Rows that are looked through at a time then. */
const SCAN = 500;
/** Rows of theirs: the outcome of each may have to be looked up, so that a filter that nothing matches costs as many reads. */
const MOST_ROWS = 1_000;
/** Outcomes that are looked up at the same time. */
const LOOKUPS = 25;

/**
 * A page of invocations from Temporal's visibility, in its own default order: running ones first, then by closing
 * time, newest first. Never asks for more than is missing, since its page token cannot point into a page.
 */
export async function listInvocations(
  temporal: TemporalConnection,
  query: InvocationQuery,
  { reading, known }: { reading: Reading; known: readonly string[] },
): Promise<InvocationPage> {
  const narrowed = narrowing(query, known);
  const items: InvocationItem[] = [];
  let token = pageTokenOf(query);
  let rows = 0;
  for (let round = 0; round < (narrowed.isSparse ? SPARSE_ROUNDS : ROUNDS); round++) {
    const page = await listVisible(temporal, query, narrowed, { wanted: query.limit - items.length, token });
    const candidates = page.executions.filter((run) => mayMatch(run, query, reading));
    items.push(...(await readItems(temporal, candidates, query, reading)));
    token = page.nextPageToken;
    rows += page.executions.length;
    if (token.length === 0 || items.length >= query.limit || rows >= MOST_ROWS) break;
  }
  return { items, nextCursor: token.length === 0 ? null : cursorOf(token, query) };
}

/**
 * One page as far as whoever asks may see it. Temporal's page token names the last row of its page, which therefore has
 * to be a visible one: where it is not, the page is fetched once more, cut behind the last that is. Large pages, since a
 * small tenant's rows may be far between; only where none of them is visible does the token name what is not.
 */
async function listVisible(
  temporal: TemporalConnection,
  query: InvocationQuery,
  { clauses, isSparse }: Narrowing,
  { wanted, token }: { wanted: number; token: Uint8Array },
): Promise<RunPage> {
  const { within } = query;
  const runs = (pageSize: number) => listRuns(temporal, toVisibilityQuery(query, clauses), pageSize, token);
  if (!within) return await runs(wanted);
  const seen = ({ execution }: ListedRun) => isWithin(execution?.workflowId ?? '', within);
  // Not spread: the fields of a message that are not set are its prototype's.
  const only = ({ executions, nextPageToken }: RunPage) => ({
    executions: executions.filter(seen),
    nextPageToken,
  });
  const page = await runs(isSparse ? Math.max(wanted, SCAN) : wanted);
  const visible = page.executions.flatMap((run, at) => (seen(run) ? [at] : []));
  const isLast = page.nextPageToken.length === 0 && visible.length <= wanted;
  const end = (visible[Math.min(wanted, visible.length) - 1] ?? page.executions.length - 1) + 1;
  if (isLast || end === page.executions.length) return only(page);
  return only(await runs(end));
}

interface RunPage {
  executions: ListedRun[];
  nextPageToken: Uint8Array;
}

async function listRuns(
  temporal: TemporalConnection,
  query: string,
  pageSize: number,
  nextPageToken: Uint8Array,
): Promise<RunPage> {
  const { service, namespace } = temporal;
  return await call(temporal, () =>
    service.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken }),
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
function toVisibilityQuery(query: InvocationQuery, within: readonly string[]): string {
  const { name, status, code, since, until } = query;
  const any = code === undefined ? 'ExecutionStatus != "ContinuedAsNew"' : NOT_COMPLETED;
  return [
    status === undefined ? any : STATUS_QUERIES[status],
    ...(name === undefined ? [] : [`WorkflowType = "${name}"`]),
    ...within,
    ...(since === undefined ? [] : [`StartTime >= "${since}"`]),
    ...(until === undefined ? [] : [`StartTime < "${until}"`]),
  ].join(' AND ');
}
