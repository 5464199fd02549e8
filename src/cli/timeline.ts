import type { AuditEntry } from '../core/invocation.ts';
import { roughly } from './durations.ts';
import type { Paint, Screen } from './terminal.ts';
import { oneLine, painter } from './terminal.ts';

const WIDTHS = [12, 9, 2, 25];

/** Turns entries into lines as they come, each with the time since the one before it. */
export class Timeline {
  readonly #screen: Screen;
  readonly #paint: Paint;
  readonly #seen = new Set<string>();
  /** What each step calls, by its number. */
  readonly #paths = new Map<number, string>();
  #before: string | undefined;
  #stepBefore: number | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#paint = painter(screen);
  }

  /**
   * Those that were not there the last time. Numbers are no identity: that an attempt has started may be put on record
   * late, and then comes before entries that were read already.
   */
  fresh(entries: AuditEntry[]): AuditEntry[] {
    const counts = new Map<string, number>();
    return entries.filter(({ type, attempt, step }) => {
      const kind = `${type} ${attempt} ${step}`;
      const nth = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, nth);
      const identity = `${kind} ${nth}`;
      return !this.#seen.has(identity) && this.#seen.add(identity);
    });
  }

  line(entry: AuditEntry): string {
    const { at, attempt, step, path, type } = entry;
    const sinceMs = this.#before === undefined ? undefined : Date.parse(at) - Date.parse(this.#before);
    this.#before = at;
    if (step !== undefined && path !== undefined) this.#paths.set(step, path);
    const isWithin = step !== undefined && path === undefined;
    // On a terminal what belongs to a step is under it, which then need not be named again.
    const isNamed = isWithin && !(this.#screen.isTTY && this.#stepBefore === step);
    this.#stepBefore = step;
    const cells = [
      at.slice(11, 23),
      // A late entry may be older than the one above it.
      sinceMs === undefined ? '' : `+${roughly(Math.max(0, sinceMs))}`,
      attempt === undefined ? '' : String(attempt),
      type,
      oneLine([stepOf(entry, isNamed ? this.#paths.get(step) : undefined), detailOf(entry)].join(' ')),
    ];
    if (!this.#screen.isTTY) return `${cells.join('\t')}\n`;
    if (isWithin) cells[3] = `  ${type}`;
    const [time, since, number, what, detail] = cells.map((cell, n) => cell.padEnd(WIDTHS[n] ?? 0));
    const colour = colourOf(type);
    const painted = colour ? this.#paint(colour, what!) : what!;
    return `${`${this.#paint('dim', `${time} ${since}`)} ${number} ${painted} ${detail}`.trimEnd()}\n`;
  }
}

/**
 * Each step's entries together, where it began: between those of others one could not follow them. What takes it back
 * later stays where that happened.
 */
export function stepByStep(entries: readonly AuditEntry[]): AuditEntry[] {
  const groups: AuditEntry[][] = [];
  const ofSteps = new Map<number, { group: AuditEntry[]; isOver: boolean }>();
  for (const entry of entries) {
    const { step, path, type } = entry;
    const begun = step === undefined ? undefined : ofSteps.get(step);
    if (begun && (!begun.isOver || type.startsWith('enqueued.'))) begun.group.push(entry);
    else groups.push([entry]);
    if (begun && path !== undefined) begun.isOver = true;
    else if (step !== undefined && path !== undefined)
      ofSteps.set(step, { group: groups.at(-1)!, isOver: false });
  }
  return groups.flat();
}

function stepOf({ path, parallel }: AuditEntry, within: string | undefined): string {
  return [path ?? within, parallel && '(parallel)'].filter(Boolean).join(' ');
}

function detailOf(entry: AuditEntry): string {
  const { error, retryAt, worker, compensationAttempt, committedBy, call, name, invocation, path } = entry;
  const { until, approved, by, reason } = entry;
  return [
    compensationAttempt !== undefined && `try ${compensationAttempt}`,
    error && `${error.type}: ${error.message}`,
    retryAt !== undefined && `due ${retryAt.slice(11, 23)}`,
    until !== undefined && `until ${until}`,
    worker && `on ${worker}`,
    entry.state,
    committedBy !== undefined && `attempt ${committedBy} had committed`,
    call,
    path === undefined && name,
    invocation,
    approved !== undefined && (approved ? 'yes' : 'no'),
    by !== undefined && `by ${by}`,
    reason,
  ]
    .filter(Boolean)
    .join(' ');
}

function colourOf(type: string): 'green' | 'red' | 'yellow' | undefined {
  if (/\.(failed|timed_out|terminated|refused|expired)$/.test(type)) return 'red';
  if (/\.completed$/.test(type)) return 'green';
  return /^retry\.|cancel/.test(type) ? 'yellow' : undefined;
}
