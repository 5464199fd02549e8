import type { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
export type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;
export type Payloads = temporal.api.common.v1.IPayloads;
export type Memo = temporal.api.common.v1.IMemo;
export type TemporalFailure = temporal.api.failure.v1.IFailure;

/** One run after the other, each with all its events; more than one where a run was continued as new. */
export interface InvocationRecord {
  workflowId: string;
  runs: HistoryEvent[][];
  /** Attempts that have begun but not ended; they are not in the history yet. */
  pending: PendingActivity[];
}

/** What the reading needs from outside: how payloads are decoded and how ids and links are written. */
export interface Reading {
  decode(payloads: Payloads | null | undefined): unknown[];
  idOf(workflowId: string, firstRunId: string): string;
  temporalLink(workflowId: string, runId: string): string | null;
}

interface Timestamp {
  seconds?: unknown;
  nanos?: number | null;
}

/** Of a time or a duration; `seconds` is a Long in what gRPC gives and a string in recorded JSON. */
export const toMs = (timestamp: Timestamp | null | undefined): number =>
  Number(timestamp?.seconds ?? 0) * 1000 + Math.floor((timestamp?.nanos ?? 0) / 1e6);

/** RFC 3339 UTC. */
export const toTime = (timestamp: Timestamp | null | undefined): string =>
  new Date(toMs(timestamp)).toISOString();

export const lastEvent = (record: InvocationRecord): HistoryEvent => {
  const last = record.runs.at(-1)?.at(-1);
  if (!last) throw new Error(`The history of ${record.workflowId} is empty.`);
  return last;
};

export const firstEvent = (record: InvocationRecord): HistoryEvent => {
  const first = record.runs[0]?.[0];
  if (!first) throw new Error(`The history of ${record.workflowId} is empty.`);
  return first;
};
