import { setTimeout } from 'node:timers/promises';
import type { HistoryEvent, InvocationRecord, PendingActivity } from '../audit/index.ts';
import type { DoError } from '../core/errors.ts';
import { waitAborted } from '../core/verbs.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { GRPC, grpcCode } from './grpc.ts';
import type { Execution } from './ids.ts';
import { invocationIdOf, invocationNotFound } from './ids.ts';
import { resetInto } from './find.ts';

const CLOSE_EVENT_ONLY = 2;
/** The server answers a long poll within about 20 s, with or without news. */
const LONG_POLL_MS = 70_000;
/** About a minute of an unreachable server, on top of what the native client itself retries. */
const OUTAGE_POLLS = 60;
const OUTAGE_PAUSE_MS = 1_000;

/** All that Temporal has on record about one invocation, over every run it was continued in. */
export async function readRecord(
  temporal: TemporalConnection,
  execution: Execution,
): Promise<InvocationRecord> {
  const runs: HistoryEvent[][] = [];
  let runId: string | undefined = execution.firstRunId;
  let lastRunId = runId;
  while (runId) {
    const events: HistoryEvent[] = await readRun(temporal, execution, runId);
    const resetInto = await resetAfter(temporal, execution, runId, events.at(-1));
    // The run that a reset goes on in begins with a copy of this one.
    if (!resetInto) runs.push(events);
    lastRunId = runId;
    runId = resetInto ?? continuedIn(events.at(-1));
  }
  const pending = mayHavePending(runs.at(-1)?.at(-1))
    ? await pendingActivities(temporal, execution.workflowId, lastRunId)
    : [];
  return { workflowId: execution.workflowId, runs, pending };
}

/** All events of one run. The archive is asked only for what is not there: to ask for both costs 5 ms more. */
export async function readRun(
  temporal: TemporalConnection,
  execution: Execution,
  runId: string,
): Promise<HistoryEvent[]> {
  try {
    return await readPages(temporal, execution, { runId, skipArchival: true });
  } catch (error) {
    if ((error as DoError).code !== 'INVOCATION_NOT_FOUND') throw error;
    return await readPages(temporal, execution, { runId, skipArchival: false });
  }
}

async function readPages(
  temporal: TemporalConnection,
  execution: Execution,
  { runId, skipArchival }: { runId: string; skipArchival: boolean },
): Promise<HistoryEvent[]> {
  const { service, namespace } = temporal;
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await found(execution, () =>
      service.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId: execution.workflowId, runId },
        skipArchival,
        ...(nextPageToken && { nextPageToken }),
      }),
    )(temporal);
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken && nextPageToken.length > 0);
  return events;
}

/** The event that closed a run, without the others; undefined when its record is gone. */
export async function closingEvent(
  temporal: TemporalConnection,
  execution: { workflowId: string; runId: string },
): Promise<HistoryEvent | undefined> {
  const { service, namespace } = temporal;
  try {
    const page = await call(temporal, () =>
      service.getWorkflowExecutionHistory({
        namespace,
        execution,
        skipArchival: true,
        historyEventFilterType: CLOSE_EVENT_ONLY,
      }),
    );
    return page.history?.events?.[0];
  } catch (error) {
    if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND) return undefined;
    throw error;
  }
}

/** Resolves with the event that closed the invocation, following it through the runs it is continued in. */
export async function waitForClose(
  temporal: TemporalConnection,
  execution: Execution,
  signal?: AbortSignal,
): Promise<HistoryEvent> {
  const { service, namespace } = temporal;
  let runId = execution.firstRunId;
  let nextPageToken: Uint8Array = new Uint8Array();
  for (;;) {
    const poll = found(execution, () =>
      service.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId: execution.workflowId, runId },
        waitNewEvent: true,
        skipArchival: true,
        historyEventFilterType: CLOSE_EVENT_ONLY,
        nextPageToken,
      }),
    );
    const page = await abortable(
      patiently(() => poll(temporal, LONG_POLL_MS)),
      signal,
    );
    const event = page.history?.events?.[0];
    const nextRun = continuedIn(event) ?? (await resetAfter(temporal, execution, runId, event));
    if (event && !nextRun) return event;
    runId = nextRun ?? runId;
    nextPageToken = nextRun ? new Uint8Array() : page.nextPageToken;
  }
}

async function pendingActivities(
  temporal: TemporalConnection,
  workflowId: string,
  runId: string,
): Promise<PendingActivity[]> {
  const { service, namespace } = temporal;
  const description = await call(temporal, () =>
    service.describeWorkflowExecution({ namespace, execution: { workflowId, runId } }),
  );
  return description.pendingActivities;
}

/** A wait outlives a restart of the server: the invocation does too. */
async function patiently<T>(poll: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await poll();
    } catch (error) {
      if ((error as DoError).code !== 'TEMPORAL_UNAVAILABLE' || attempt >= OUTAGE_POLLS) throw error;
      await setTimeout(OUTAGE_PAUSE_MS);
    }
  }
}

/** A retry of the workflow or a cron would also name a next run; this package starts neither. */
const continuedIn = (event: HistoryEvent | undefined): string | undefined =>
  event?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;

/** The workflow itself waits for its attempts; what ends it from outside leaves them pending. */
const mayHavePending = (event: HistoryEvent | undefined): boolean =>
  !(
    event?.workflowExecutionCompletedEventAttributes ??
    event?.workflowExecutionFailedEventAttributes ??
    event?.workflowExecutionCanceledEventAttributes
  );

async function resetAfter(
  temporal: TemporalConnection,
  execution: Execution,
  runId: string,
  last: HistoryEvent | undefined,
): Promise<string | undefined> {
  const isTerminated = last?.workflowExecutionTerminatedEventAttributes;
  return isTerminated ? await resetInto(temporal, execution, runId) : undefined;
}

function found<T>(execution: Execution, request: () => Promise<T>) {
  return async (temporal: TemporalConnection, limitMs?: number): Promise<T> => {
    try {
      return await call(temporal, request, limitMs);
    } catch (error) {
      if (grpcCode((error as Error).cause) === GRPC.NOT_FOUND)
        throw invocationNotFound(invocationIdOf(execution));
      throw error;
    }
  };
}

/** The native connection cannot cancel a request; its answer is then left to itself. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  promise.catch(() => undefined);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(waitAborted(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort!);
  }
}
