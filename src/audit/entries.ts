import type { AuditEntry } from '../core/invocation.ts';
import type { HistoryEvent, InvocationRecord, Reading } from './history.ts';
import { toTime } from './history.ts';
import { RunReader } from './run-reader.ts';

type Unnumbered = Omit<AuditEntry, 'seq'>;

/** One entry per thing that happened, none missing: also the attempts that are running now. */
export function toEntries(record: InvocationRecord, reading: Reading): AuditEntry[] {
  const entries: Unnumbered[] = [];
  record.runs.forEach((events, run) => {
    const isLast = run === record.runs.length - 1;
    const reader = new RunReader(reading, { isFirst: run === 0, isLast });
    for (const event of events) addRows(entries, event, reader);
    if (isLast) reader.readPending(record.pending).forEach((entry) => insert(entries, entry));
  });
  return entries.map((entry, index) => ({ seq: index + 1, ...entry }));
}

function addRows(entries: Unnumbered[], event: HistoryEvent, reader: RunReader): void {
  const at = toTime(event.eventTime);
  for (const row of reader.read(event)) insert(entries, { at, ...row });
}

/**
 * Temporal writes down that an attempt has started only when it has ended, and not at all when the invocation was
 * terminated; what happened meanwhile is then before it in the record.
 */
function insert(entries: Unnumbered[], entry: Unnumbered): void {
  const isLater = (other: Unnumbered) =>
    !other.type.endsWith('.scheduled') && (other.at > entry.at || other.type.startsWith('invocation.'));
  let index = entries.length;
  if (entry.type.endsWith('.started')) while (index > 1 && isLater(entries[index - 1]!)) index--;
  entries.splice(index, 0, entry);
}
