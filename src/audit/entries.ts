import type { AuditEntry } from '../core/invocation.ts';
import type { InvocationRecord, Reading } from './history.ts';
import { firstEvent, toTime } from './history.ts';
import { memoOf } from './memo.ts';
import { RunReader } from './run-reader.ts';
import { Steps } from './steps.ts';

type Unnumbered = Omit<AuditEntry, 'seq'>;

/** One entry per thing that happened, none missing: also the attempts that are running now. */
export function toEntries(record: InvocationRecord, reading: Reading): AuditEntry[] {
  const entries: Unnumbered[] = [];
  const steps = Steps.of(record, reading);
  const { kind } = memoOf(firstEvent(record).workflowExecutionStartedEventAttributes?.memo, reading);
  record.runs.forEach((events, run) => {
    const isLast = run === record.runs.length - 1;
    const context = { reading, steps, isWorkflow: kind === 'workflow', isFirst: run === 0, isLast };
    const reader = new RunReader(context);
    for (const event of events) {
      const at = toTime(event.eventTime);
      for (const row of reader.read(event)) insert(entries, { at, ...row });
    }
    if (isLast) reader.readPending(record.pending).forEach((entry) => insert(entries, entry));
  });
  return entries.map((entry, index) => ({ seq: index + 1, ...entry }));
}

/**
 * In order of time. What happens while a worker thinks is put on record afterwards; and Temporal writes down that an
 * attempt has started only when it has ended, and not at all when the invocation was terminated.
 */
function insert(entries: Unnumbered[], entry: Unnumbered): void {
  let index = entries.length;
  while (index > 1 && isLater(entries[index - 1]!, entry)) index--;
  entries.splice(index, 0, entry);
}

function isLater(other: Unnumbered, entry: Unnumbered): boolean {
  const isStart = entry.worker !== undefined;
  if (isStart && isScheduledOf(other, entry)) return false;
  return other.at > entry.at || (isStart && other.type.startsWith('invocation.'));
}

/** Clocks of two servers may differ, yet what has started was scheduled before. */
const isScheduledOf = (other: Unnumbered, { type, attempt, step }: Unnumbered): boolean =>
  other.type === type.replace(/\.started$/, '.scheduled') && other.attempt === attempt && other.step === step;
