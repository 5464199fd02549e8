import type { AuditEntry } from '../core/invocation.ts';
import { roughly } from './durations.ts';
import type { Paint, Screen } from './terminal.ts';
import { oneLine, painter } from './terminal.ts';

const WIDTHS = [12, 9, 2, 23];

/** Turns entries into lines as they come, each with the time since the one before it. */
export class Timeline {
  readonly #screen: Screen;
  readonly #paint: Paint;
  readonly #seen = new Set<string>();
  #before: string | undefined;

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
    return entries.filter(({ type, attempt }) => {
      const kind = `${type} ${attempt}`;
      const nth = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, nth);
      const identity = `${kind} ${nth}`;
      return !this.#seen.has(identity) && this.#seen.add(identity);
    });
  }

  line(entry: AuditEntry): string {
    const sinceMs = this.#before === undefined ? undefined : Date.parse(entry.at) - Date.parse(this.#before);
    this.#before = entry.at;
    const cells = [
      entry.at.slice(11, 23),
      // A late entry may be older than the one above it.
      sinceMs === undefined ? '' : `+${roughly(Math.max(0, sinceMs))}`,
      entry.attempt === undefined ? '' : String(entry.attempt),
      entry.type,
      oneLine(detailOf(entry)),
    ];
    if (!this.#screen.isTTY) return `${cells.join('\t')}\n`;
    const [time, since, attempt, type, detail] = cells.map((cell, n) => cell.padEnd(WIDTHS[n] ?? 0));
    const colour = colourOf(entry.type);
    const what = colour ? this.#paint(colour, type!) : type!;
    return `${`${this.#paint('dim', `${time} ${since}`)} ${attempt} ${what} ${detail}`.trimEnd()}\n`;
  }
}

function detailOf(entry: AuditEntry): string {
  const { error, retryAt, worker, compensationAttempt, committedBy, call, name, invocation } = entry;
  return [
    compensationAttempt !== undefined && `try ${compensationAttempt}`,
    error && `${error.type}: ${error.message}`,
    retryAt !== undefined && `due ${retryAt.slice(11, 23)}`,
    worker && `on ${worker}`,
    entry.state,
    committedBy !== undefined && `attempt ${committedBy} had committed`,
    call,
    name,
    invocation,
  ]
    .filter(Boolean)
    .join(' ');
}

function colourOf(type: string): 'green' | 'red' | 'yellow' | undefined {
  if (/\.(failed|timed_out|terminated)$/.test(type)) return 'red';
  if (/\.completed$/.test(type)) return 'green';
  return /^retry\.|cancel/.test(type) ? 'yellow' : undefined;
}
