import type { AuditEntry } from '../../core/invocation.ts';
import { titleOf } from './titles.ts';

/** `waiting` and `running` are not over; `told` has no length. */
export type RowState = 'waiting' | 'running' | 'completed' | 'failed' | 'stopped' | 'told';

/** One thing that happened, from its first entry to its last, and what happened within it. */
export interface Row {
  /** The same however many entries follow, also when one is put on record late. */
  id: string;
  role: string;
  title: string;
  state: RowState;
  /** In words how it ended; empty while it has not. */
  outcome: string;
  from: string;
  to: string | null;
  entries: AuditEntry[];
  /** Of a step. */
  rows: Row[];
}

const OPENS: Record<string, RowState> = { scheduled: 'waiting', requested: 'waiting', started: 'running' };
const CLOSES: Record<string, RowState> = {
  ...{ completed: 'completed', ended: 'completed', joined: 'completed' },
  ...{ failed: 'failed', timed_out: 'failed', expired: 'failed', terminated: 'failed' },
  ...{ cancelled: 'stopped', handed_back: 'stopped' },
};
const WAITS = new Set(['sleep', 'retry']);
/** Each is one entry: it began and ended there. */
const POINTS = new Set(['invocation.started', 'approval.refused', 'cancel.requested']);

/** The entries of an audit as what somebody looks for in it: attempts, waits, steps, and what is told between them. */
export function toRows(entries: readonly AuditEntry[]): Row[] {
  const builder = new Builder();
  for (const entry of entries) builder.add(entry);
  for (const row of builder.rows) if (row.role === 'group') summarize(row);
  return builder.rows;
}

/** It is as far as the last of what it holds. */
function summarize(group: Row): void {
  const last = group.rows.at(-1);
  if (last) Object.assign(group, { state: last.state, outcome: last.outcome, to: last.to });
}

class Builder {
  readonly rows: Row[] = [];
  readonly #open: Row[] = [];
  /** Of each step where its entries go, and whether the step itself is over. */
  readonly #steps = new Map<number, { group: Row; isOver: boolean }>();
  readonly #paths = new Map<number, string>();
  readonly #ids = new Map<string, number>();

  add(entry: AuditEntry): void {
    const [role, what] = split(entry.type);
    if (what === 'scheduled') this.#endWait(entry);
    const closed = this.#closing(role, what, entry);
    const row = this.#find(role, entry);
    if (closed && row) this.#close(row, entry, closed);
    else if (row && what === 'started' && isScheduled(row)) proceed(row, entry, 'running');
    else this.#begin(role, what, entry);
    if (role === 'invocation' && what !== 'started') this.#stopAll(entry.at);
  }

  #closing(role: string, what: string, entry: AuditEntry): RowState | undefined {
    if (POINTS.has(entry.type)) return undefined;
    if (role === 'enqueued' && what === 'started') return 'completed';
    if (role === 'approval' && what === 'decided') return entry.approved ? 'completed' : 'stopped';
    return CLOSES[what];
  }

  #find = (role: string, entry: AuditEntry): Row | undefined =>
    this.#open.find((row) => row.role === role && isSame(row.entries[0]!, entry));

  #close(row: Row, entry: AuditEntry, state: RowState): void {
    proceed(row, entry, state);
    this.#end(row, entry.at, outcomeOf(entry));
    for (const within of row.rows) if (within.to === null) this.#stop(within, entry.at);
    const step = entry.step === undefined ? undefined : this.#steps.get(entry.step);
    if (step?.group === row) step.isOver = true;
  }

  #end(row: Row, at: string, outcome: string): void {
    row.to = at < row.from ? row.from : at;
    row.outcome = outcome;
    const index = this.#open.indexOf(row);
    if (index >= 0) this.#open.splice(index, 1);
  }

  #begin(role: string, what: string, entry: AuditEntry): void {
    const opens = POINTS.has(entry.type) ? undefined : role === 'retry' ? 'waiting' : OPENS[what];
    const state = opens && WAITS.has(role) ? 'waiting' : opens;
    const row: Row = {
      ...{ id: this.#idOf(entry), role, title: titleOf(entry), state: state ?? 'told', outcome: '' },
      ...{ from: entry.at, to: state ? null : entry.at, entries: [entry], rows: [] },
    };
    if (!state && role !== 'invocation') row.outcome = outcomeOf(entry);
    if (role === 'invocation' && CLOSES[what]) row.state = CLOSES[what];
    this.#containerOf(entry).push(row);
    if (state) this.#open.push(row);
    const { step, path } = entry;
    if (step === undefined || path === undefined || !state) return;
    this.#paths.set(step, path);
    this.#steps.set(step, { group: row, isOver: false });
  }

  #containerOf(entry: AuditEntry): Row[] {
    const { step, path, type } = entry;
    const known = step === undefined || path !== undefined ? undefined : this.#steps.get(step);
    if (step === undefined || !known) return this.rows;
    if (!known.isOver || type.startsWith('enqueued.')) return known.group.rows;
    return this.#takingBack(step, entry).rows;
  }

  /** What takes a completed step back comes when the workflow has failed, and is shown where it happened. */
  #takingBack(step: number, entry: AuditEntry): Row {
    const title = `Taking back ${this.#paths.get(step)}`;
    const group: Row = {
      ...{ id: this.#idOf({ ...entry, type: 'group' }), role: 'group', title, state: 'told', outcome: '' },
      ...{ from: entry.at, to: null, entries: [], rows: [] },
    };
    this.rows.push(group);
    this.#steps.set(step, { group, isOver: false });
    return group;
  }

  /** The next attempt, or its try to take one back, is what a wait was for. */
  #endWait({ step, at }: AuditEntry): void {
    const wait = this.#open.find((row) => row.role === 'retry' && row.entries[0]!.step === step);
    if (!wait) return;
    wait.state = 'completed';
    this.#end(wait, at, '');
  }

  #stopAll(at: string): void {
    for (const row of [...this.#open]) this.#stop(row, at);
  }

  #stop(row: Row, at: string): void {
    row.state = 'stopped';
    this.#end(row, at, 'not ended');
  }

  #idOf({ type, step, attempt, compensationAttempt, name }: AuditEntry): string {
    const kind = [type, step, attempt, compensationAttempt, name].join('/');
    const nth = (this.#ids.get(kind) ?? 0) + 1;
    this.#ids.set(kind, nth);
    return `${kind}/${nth}`;
  }
}

/** Of `compensation.timed_out`: compensation, timed_out. */
function split(type: string): [role: string, what: string] {
  const dot = type.lastIndexOf('.');
  return [type.slice(0, Math.max(0, dot)), type.slice(dot + 1)];
}

const isSame = (one: AuditEntry, other: AuditEntry): boolean =>
  one.step === other.step &&
  one.attempt === other.attempt &&
  one.compensationAttempt === other.compensationAttempt &&
  one.name === other.name &&
  one.digest === other.digest;

/** Others that begin at the same time, such as two sleeps, are each a row. */
const isScheduled = ({ entries }: Row): boolean =>
  entries.length === 1 && entries[0]!.type.endsWith('.scheduled');

function proceed(row: Row, entry: AuditEntry, state: RowState): void {
  row.entries.push(entry);
  row.state = state;
}

function outcomeOf({ type, approved }: AuditEntry): string {
  if (approved !== undefined) return approved ? 'approved' : 'rejected';
  return split(type)[1].replaceAll('_', ' ');
}
