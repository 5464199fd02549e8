import type { AuditEntry } from '../../core/invocation.ts';
import { visible, visibleLine } from '../model/format.ts';
import { hashOf } from '../model/route.ts';
import type { Row } from '../model/timeline.ts';
import { Json, Text, Time } from '../ui/parts.tsx';

/** The first of a row's entries that tells it, from the last on. */
const told = <K extends keyof AuditEntry>({ entries }: Row, field: K): AuditEntry[K] | undefined =>
  entries.findLast((entry) => entry[field] !== undefined)?.[field];

/** What somebody has to see without asking: why it failed, what is waited for, who did it. */
export function RowNotes({ row }: { row: Row }) {
  const error = told(row, 'error');
  const due = row.state === 'waiting' ? (told(row, 'retryAt') ?? told(row, 'until')) : undefined;
  const invocation = told(row, 'invocation');
  const notes = notesOf(row);
  if (!error && due === undefined && invocation === undefined && notes.length === 0) return null;
  return (
    <div class="notes">
      {error && (
        <p class="error">
          {visibleLine(error.type)}: {visible(error.message)}
        </p>
      )}
      {due !== undefined && (
        <p>
          until <Time at={due} />
        </p>
      )}
      {notes.map((note) => (
        <p key={note}>{visibleLine(note)}</p>
      ))}
      {invocation !== undefined && (
        <p>
          <a href={hashOf({ page: 'invocation', id: invocation })}>its invocation</a>
        </p>
      )}
    </div>
  );
}

function notesOf(row: Row): string[] {
  const by = told(row, 'by');
  const state = told(row, 'state');
  const committedBy = told(row, 'committedBy');
  const reason = told(row, 'reason');
  return [
    by === undefined ? '' : `by ${by}`,
    reason === undefined ? '' : `because: ${reason}`,
    state ?? '',
    committedBy === undefined ? '' : `attempt ${committedBy} had committed, so this one ran nothing`,
  ].filter((note) => note !== '');
}

/** The rest, for whoever asks. */
export function RowDetails({ row }: { row: Row }) {
  const { input, output, stack, cause } = detailsOf(row);
  if (input === undefined && output === undefined && stack === undefined && cause === undefined) return null;
  const names = [
    input !== undefined && 'input',
    output !== undefined && 'output',
    stack !== undefined && 'stack',
    cause !== undefined && 'cause',
  ].filter(Boolean);
  return (
    <details>
      <summary>
        {names.join(', ')}
        <span class="unseen"> of {visibleLine(row.title)}</span>
      </summary>
      {input !== undefined && <Json value={input} label={`Input of ${row.title}`} />}
      {output !== undefined && <Json value={output} label={`Output of ${row.title}`} />}
      {stack !== undefined && <Text text={stack} label={`Stack of ${row.title}`} />}
      {cause !== undefined && <Json value={cause} label={`Cause of ${row.title}`} />}
    </details>
  );
}

/** What the whole invocation was given and has given stands below the timeline. */
function detailsOf(row: Row) {
  const isWhole = row.role === 'invocation';
  const error = told(row, 'error');
  return {
    input: isWhole ? undefined : told(row, 'input'),
    output: isWhole ? undefined : told(row, 'output'),
    stack: error?.stack,
    cause: error?.cause,
  };
}
