import { describe, expect, test } from 'vitest';
import { toEntries } from '../../src/audit/index.ts';
import { barOf, spanOf } from '../../src/console/model/bars.ts';
import type { Row } from '../../src/console/model/timeline.ts';
import { toRows } from '../../src/console/model/timeline.ts';
import type { AuditEntry } from '../../src/core/invocation.ts';
import {
  reading,
  recording,
  recordings,
  workflowRecording,
  workflowRecordings,
} from '../histories/recording.ts';

const ofAction = (name: string) => toEntries(recording(name), reading);
const ofWorkflow = (name: string) => toEntries(workflowRecording(name), reading);
const ALL: [string, AuditEntry[]][] = [
  ...recordings.map((name): [string, AuditEntry[]] => [name, ofAction(name)]),
  ...workflowRecordings.map((name): [string, AuditEntry[]] => [`workflows/${name}`, ofWorkflow(name)]),
];

/** What somebody reads, with what is within a step behind it. */
const told = (rows: Row[]): unknown[] =>
  rows.flatMap(({ title, outcome, state, rows: within }) => {
    const line = `${title}: ${outcome || state}`;
    return within.length > 0 ? [line, told(within)] : [line];
  });
const flat = (rows: Row[]): Row[] => rows.flatMap((row) => [row, ...flat(row.rows)]);

test('an attempt, from when it is scheduled to its end, is one row, and so is each wait', () => {
  expect(told(toRows(ofAction('flaky')))).toEqual([
    'Accepted: told',
    'Attempt 1: failed',
    'Wait for attempt 2: completed',
    'Attempt 2: failed',
    'Wait for attempt 3: completed',
    'Attempt 3: completed',
    'Completed: completed',
  ]);
  const [, first, wait, second] = toRows(ofAction('flaky'));
  expect(first!.entries.map(({ type }) => type)).toEqual([
    'attempt.scheduled',
    'attempt.started',
    'attempt.failed',
  ]);
  expect(wait!.to).toBe(second!.from);
});

test('the steps of a workflow hold their attempts, and what takes them back stands where it happened', () => {
  expect(told(toRows(ofWorkflow('cancelled')))).toEqual([
    'Accepted: told',
    'stock.reserve/1: completed',
    ['Attempt 1: completed'],
    'carrier.ask/1: cancelled',
    ['Attempt 1: cancelled'],
    'carrier.ask/2: cancelled',
    ['Attempt 1: failed', 'Wait for attempt 2: not ended'],
    'Cancellation: requested',
    'Taking back stock.reserve/1: completed',
    ['Take back attempt 1: completed'],
    'Cancelled: stopped',
  ]);
});

test('decisions, what is enqueued and what runs are told as they are', () => {
  expect(told(toRows(ofWorkflow('approval')))).toContain('Approval refund: approved');
  expect(told(toRows(ofAction('enqueued')))).toEqual(
    expect.arrayContaining(['Enqueued record.completed: joined', 'Enqueued record.completed: started']),
  );
  expect(told(toRows(ofWorkflow('running'))).slice(-2)).toEqual([
    'carrier.ask/2: running',
    ['Attempt 1: failed', 'Wait for attempt 2: waiting'],
  ]);
});

describe.each(ALL)('of the recording %s', (_name, entries) => {
  test('each entry stands in one row, at every moment that somebody may look', () => {
    for (let length = 1; length <= entries.length; length++) {
      const rows = flat(toRows(entries.slice(0, length)));
      const seqs = rows.flatMap((row) => row.entries.map(({ seq }) => seq));
      expect(seqs.sort((one, other) => one - other)).toEqual(entries.slice(0, length).map(({ seq }) => seq));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    }
  });

  test('nothing is under way once it has closed, and no bar leaves the timeline', () => {
    const rows = flat(toRows(entries));
    const closed = entries.find(({ type }) => /^invocation\.(?!started)/.test(type));
    if (closed) expect(rows.filter(({ to }) => to === null)).toEqual([]);
    const span = spanOf({ startedAt: entries[0]!.at, closedAt: closed?.at ?? null }, entries, Date.now());
    for (const row of rows) {
      const { left, width } = barOf(row, span);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(100.001);
    }
  });
});

test('two sleeps at a time are two rows, and a type of a newer API speaks for itself', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const rows = toRows(
    ['sleep.started', 'sleep.started', 'sleep.ended', 'moon.risen'].map((type, index) => ({
      ...{ seq: index + 1, at, type },
    })),
  );
  expect(told(rows)).toEqual(['Sleep: ended', 'Sleep: waiting', 'moon.risen: risen']);
});
