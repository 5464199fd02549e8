import { describe, expect, test } from 'vitest';
import { readInvocation, toEntries } from '../../src/audit/index.ts';
import type { HistoryEvent, InvocationRecord } from '../../src/audit/index.ts';
import type { AuditEntry } from '../../src/core/invocation.ts';
import { reading, workflowRecording, workflowRecordings } from '../histories/recording.ts';
import { story } from './story.ts';

const entriesOf = (name: string) => toEntries(workflowRecording(name), reading);
const isEnd = ({ type, path }: AuditEntry) => path !== undefined && !type.endsWith('.started');
const isBegin = ({ type, path }: AuditEntry) => path !== undefined && type.endsWith('.started');

/** The record as it was whenever a worker was given the workflow; what one then does comes into it as a whole. */
function beginnings(name: string): InvocationRecord[] {
  const { workflowId, runs } = workflowRecording(name);
  const isBoundary = (event: HistoryEvent) =>
    event.workflowTaskScheduledEventAttributes ??
    event.workflowTaskStartedEventAttributes ??
    event.workflowTaskCompletedEventAttributes;
  return runs[0]!.flatMap((event, index) =>
    index > 0 && isBoundary(event) ? [{ workflowId, runs: [runs[0]!.slice(0, index)], pending: [] }] : [],
  );
}

describe.each(workflowRecordings)('the audit of the workflow "%s"', (name) => {
  test('tells its whole story', async () => {
    await expect(story(entriesOf(name))).toMatchFileSnapshot(`stories/${name}.txt`);
  });

  test('numbers its entries without a gap, in order of time', () => {
    const entries = entriesOf(name);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const times = entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  test('has one beginning and at most one end of each step, and all of a step between the two but what takes it back', () => {
    const entries = entriesOf(name);
    const ended = new Set<number>();
    const begun = new Set<number>();
    // What settles a workflow tells of the steps of that one.
    const own = new Set(entries.filter(isBegin).map(({ step }) => step));
    for (const entry of entries) {
      const { step, type } = entry;
      if (step === undefined || !own.has(step)) continue;
      expect(begun.has(step), `${type} ${step}`).toBe(!isBegin(entry));
      if (isBegin(entry)) begun.add(step);
      const isAfterwards = /^(compensation|enqueued|retry)\./.test(type);
      expect(ended.has(step) && !isAfterwards, `${type} ${step}`).toBe(false);
      if (isEnd(entry)) ended.add(step);
    }
  });

  test('never takes an end back that was told while it ran', () => {
    const ends = (entries: AuditEntry[]) => entries.filter(isEnd).map(({ type, path }) => `${type} ${path}`);
    const finally_ = new Set(ends(entriesOf(name)));
    for (const record of beginnings(name)) {
      for (const end of ends(toEntries(record, reading))) expect(finally_).toContain(end);
    }
  });
});

/** The record up to the nth event that `isNext`, without it. */
function until(name: string, isNext: (event: HistoryEvent) => unknown, nth = 1): InvocationRecord {
  const { workflowId, runs } = workflowRecording(name);
  let count = 0;
  const index = runs[0]!.findIndex((event) => isNext(event) && (count += 1) === nth);
  return { workflowId, runs: [runs[0]!.slice(0, index)], pending: [] };
}

test('that a step has failed is told once the workflow has heard of its last attempt, and not before', () => {
  const record = workflowRecording('order');
  const events = record.runs[0]!;
  const lastEnd = (length: number) =>
    toEntries({ ...record, runs: [events.slice(0, length)] }, reading).at(-1)!.type;
  // Taken back by another action; then the next step begins.
  const failed = events.findIndex((event) => event.eventId!.toString() === compensatedAt(record));
  expect(lastEnd(failed + 1)).toBe('compensation.completed');
  const heard = events.findIndex(
    (event, index) => index > failed && event.workflowTaskCompletedEventAttributes,
  );
  expect(lastEnd(heard + 1)).toBe('action.failed');
});

/** The event in which the compensation of the declined charge has completed. */
function compensatedAt({ runs }: InvocationRecord): string {
  const scheduled = runs[0]!.filter((event) => event.activityTaskScheduledEventAttributes);
  const { eventId } = scheduled.find(
    (event) => event.activityTaskScheduledEventAttributes!.activityType!.name === 'card.refund',
  )!;
  const completed = runs[0]!.find(
    (event) => String(event.activityTaskCompletedEventAttributes?.scheduledEventId) === String(eventId),
  );
  return String(completed!.eventId);
}

test('attempts that run at the same time are told under their own steps', () => {
  const record = until('order', (event) => event.activityTaskStartedEventAttributes, 2);
  const ids = record.runs[0]!.flatMap(
    (event) => event.activityTaskScheduledEventAttributes?.activityId ?? [],
  );
  const now = { seconds: '1890000000', nanos: 0 };
  const pending = ids.slice(-2).map((activityId, index) => ({
    activityId,
    lastStartedTime: now as never,
    lastWorkerIdentity: `worker ${index + 1}`,
  }));
  const entries = toEntries({ ...record, pending: pending.reverse() }, reading);
  const started = entries.filter(({ type }) => type === 'attempt.started').slice(1);
  expect(started.map(({ step, worker }) => [step, worker]).sort()).toEqual([
    [2, 'worker 1'],
    [3, 'worker 2'],
  ]);
});

test('an attempt that was scheduled after the history had been read is left for the next reading', () => {
  const record = workflowRecording('running');
  const pending = [{ activityId: '4711', lastStartedTime: { seconds: '1890000000' as never, nanos: 0 } }];
  const { length } = entriesOf('running');
  expect(toEntries({ ...record, pending }, reading)).toHaveLength(length - 1);
});

describe('the invocation of a workflow', () => {
  const read = (name: string) => readInvocation(workflowRecording(name), reading);

  test.each([
    ['order', 6],
    ['saga', 4],
    ['endings', 3],
    ['running', 3],
    ['cancelled', 3],
    ['children', 0],
    // Over all the runs in which it went on.
    ['continued', 10],
    ['settling', 0],
  ])('"%s" counts the attempts of all its own steps: %d', (name, attempts) => {
    expect(read(name)).toMatchObject({ kind: 'workflow', attempts });
  });

  test('has what it told last of itself, and nothing where it has told nothing', () => {
    expect(read('order').state).toEqual({ at: 'paid' });
    expect(read('saga')).not.toHaveProperty('state');
    const early = until('order', (event) => event.workflowPropertiesModifiedEventAttributes, 2);
    expect(readInvocation(early, reading).state).toEqual({ at: 'reserved' });
  });

  test('has what waits for a decision while it does', () => {
    const asked = until('approval', (event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    expect(readInvocation(asked, reading).approvals).toMatchObject([
      { name: 'refund', subject: { refund: 10 }, approvers: ['local'], state: 'open' },
    ]);
    expect(read('approval')).not.toHaveProperty('approvals');
  });
});
