import { expect, test } from 'vitest';
import { toEntries } from '../../src/audit/index.ts';
import type { HistoryEvent } from '../../src/audit/index.ts';
import { reading, workflowRecording } from '../histories/recording.ts';

const asTimer = (event: HistoryEvent, summary: string): HistoryEvent => ({
  eventId: 900 as never,
  eventTime: event.eventTime!,
  userMetadata: {
    summary: {
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(JSON.stringify(summary)),
    },
  },
  timerStartedEventAttributes: {
    timerId: '900',
    workflowTaskCompletedEventId: 1 as never,
    startToFireTimeout: { nanos: 1e6 },
  },
});

/** Up to what the workflow does once it has heard that an attempt has failed, and instead of that a timer. */
function heardAndThen(summary: string) {
  const record = workflowRecording('order');
  const events = record.runs[0]!;
  const failed = events.findIndex((event) => event.activityTaskFailedEventAttributes);
  const heard = events.findIndex((event, i) => i > failed && event.workflowTaskCompletedEventAttributes);
  return { ...record, runs: [[...events.slice(0, heard + 1), asTimer(events[heard]!, summary)]] };
}

const failedSteps = (summary: string) =>
  toEntries(heardAndThen(summary), reading).flatMap(({ type, path }) =>
    type === 'action.failed' ? path : [],
  );

test('a step that waits for room to be tried again has not failed', () => {
  expect(failedSteps('make room')).toEqual([]);
  expect(failedSteps('deadline')).toEqual(['mail.send/1']);
});
