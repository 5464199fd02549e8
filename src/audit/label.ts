import type { HistoryEvent, Reading } from './history.ts';

/** What a timer is for, as the sandbox wrote it down; Temporal's Web UI shows the same. */
export function summaryOf(event: HistoryEvent, reading: Pick<Reading, 'decode'>): string {
  const summary = event.userMetadata?.summary;
  const text = summary ? reading.decode({ payloads: [summary] })[0] : undefined;
  return typeof text === 'string' ? text : '';
}

/** A wait of a step: before its first attempt, before its next one, or before the next try to take one back. */
export interface StepWait {
  path: string;
  /** The one that is next, or is to be taken back; undefined before the first. */
  attempt?: number;
  compensationAttempt?: number;
}

const WAIT =
  /^([^\s:]+): (?:delay$|attempt (\d+) of \d+ is next|compensation of attempt (\d+): (\d+) of \d+ is next)/;

export function stepWaitOf(summary: string): StepWait | undefined {
  const [, path, next, compensated, number] = WAIT.exec(summary) ?? [];
  if (path === undefined) return undefined;
  if (compensated !== undefined)
    return { path, attempt: Number(compensated), compensationAttempt: Number(number) };
  return next === undefined ? { path } : { path, attempt: Number(next) };
}
