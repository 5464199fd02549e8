import { useMemo, useState } from 'preact/hooks';
import type { AuditEntry, Invocation } from '../../core/invocation.ts';
import type { Span } from '../model/bars.ts';
import { barOf, spanOf } from '../model/bars.ts';
import { durationText, lengthMs, visibleLine } from '../model/format.ts';
import type { Row } from '../model/timeline.ts';
import { toRows } from '../model/timeline.ts';
import { useNow } from '../ui/hooks.ts';
import { RowDetails, RowNotes } from './row-details.tsx';

interface TimelineProps {
  entries: AuditEntry[];
  invocation: Invocation;
}

/** A record may have thousands; all of them at every half second would leave the browser time for nothing else. */
const MOST_SHOWN = 300;

/** The audit: what happened when, how long it took, and what within what. */
export function Timeline({ entries, invocation }: TimelineProps) {
  const rows = useMemo(() => toRows(entries), [entries]);
  const [showsAll, setShowsAll] = useState(false);
  const before = showsAll ? 0 : Math.max(0, rows.length - MOST_SHOWN);
  const isRunning = invocation.status === 'running';
  const now = useNow(isRunning);
  const span = spanOf(invocation, entries, now);
  return (
    <section aria-label="Timeline">
      <h2>Timeline {isRunning && <small class="live">live</small>}</h2>
      {rows.length === 0 && <p aria-busy="true">Reading</p>}
      {before > 0 && (
        <button type="button" class="secondary" onClick={() => setShowsAll(true)}>
          Show {before} more, from before
        </button>
      )}
      <Rows {...{ rows: rows.slice(before), span }} />
    </section>
  );
}

const Rows = ({ rows, span }: { rows: Row[]; span: Span }) => (
  <ol class="rows">
    {rows.map((row) => (
      <li key={row.id} class={`row ${row.state} ${row.role}`}>
        <RowLine row={row} span={span} />
        <RowNotes row={row} />
        <RowDetails row={row} />
        {row.rows.length > 0 && <Rows rows={row.rows} span={span} />}
      </li>
    ))}
  </ol>
);

const STATES: Record<Row['state'], string> = {
  ...{ waiting: 'waiting', running: 'running', completed: 'completed', failed: 'failed', stopped: 'stopped' },
  told: '',
};

/** That a wait is over is said by what comes after it, and how the invocation ended by the title. */
const outcomeText = ({ role, state, outcome }: Row): string =>
  role === 'invocation' || (role === 'retry' && state === 'completed') ? '' : outcome || STATES[state];

function RowLine({ row, span }: { row: Row; span: Span }) {
  const { title, from, to, entries } = row;
  const isPoint = to === from;
  const offsetMs = lengthMs(span.from, from, span.now);
  const worker = entries.findLast((entry) => entry.worker !== undefined)?.worker;
  const version = entries.at(-1)?.version;
  const isParallel = entries.some(({ parallel }) => parallel);
  const { left, width } = barOf(row, span);
  return (
    <div class="line">
      <span class="mark" aria-hidden="true" />
      <span class="what">
        <strong>{visibleLine(title)}</strong> <span class="outcome">{outcomeText(row)}</span>{' '}
        {isParallel && <span class="parallel">parallel</span>}{' '}
        {worker !== undefined && <small class="worker">on {visibleLine(worker)}</small>}{' '}
        {version !== undefined && <small class="worker">version {visibleLine(version)}</small>}
      </span>
      <time class="at" dateTime={from} title={from}>
        +{durationText(offsetMs)}
      </time>
      <span class="took">{isPoint ? '' : durationText(lengthMs(from, to, span.now))}</span>
      <span class="track" aria-hidden="true">
        <span class="bar" style={{ left: `min(${left}%, 100% - 3px)`, width: `${width}%` }} />
      </span>
    </div>
  );
}
