import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { toEntries } from '../../src/audit/index.ts';
import { stepByStep, Timeline } from '../../src/cli/timeline.ts';
import { reading, workflowRecording } from '../histories/recording.ts';

const entriesOf = (name: string) => toEntries(workflowRecording(name), reading);
const lines = (name: string, isTTY: boolean) => {
  const timeline = new Timeline({ isTTY });
  const entries = isTTY ? stepByStep(entriesOf(name)) : entriesOf(name);
  return entries.map((entry) => stripVTControlCharacters(timeline.line(entry)).trimEnd());
};
/** On a terminal what comes after the times. */
const shown = (name: string) => lines(name, true).map((line) => line.slice(23));

test('on a terminal what belongs to a step is under it, also where others went on at the same time', () => {
  const text = shown('order');
  const begin = text.findIndex((line) => line.includes('mail.send/1'));
  expect(text.slice(begin, begin + 15).map((line) => line.replace(/ (due|on|inv_).*/, '').trimEnd())).toEqual(
    [
      '   action.started            mail.send/1 (parallel)',
      '1    attempt.scheduled',
      '1    attempt.started',
      '1    attempt.failed          Error: 451 try later',
      '2    retry.scheduled',
      '2    attempt.scheduled',
      '2    attempt.started',
      '2    attempt.completed',
      '   action.completed          mail.send/1 (parallel)',
      '     enqueued.scheduled      card.refund',
      '     enqueued.started        card.refund',
      '   action.started            crm.update/1 (parallel)',
      '1    attempt.scheduled',
      '1    attempt.started',
      '1    attempt.completed',
    ],
  );
});

test('what takes a step back stays where that happened, and names the step', () => {
  const text = shown('saga');
  expect(text.slice(-12, -9)).toEqual([
    '   action.failed             order.ship/1 Error: no carrier',
    '1    compensation.scheduled  card.charge/1 try 1',
    expect.stringMatching(/^1 {4}compensation.started {4}try 1 on /),
  ]);
});

test('elsewhere the entries are in order, each with its step', () => {
  const cells = lines('order', false).map((line) => line.split('\t'));
  expect(cells.map(([, , , type]) => type)).toEqual(entriesOf('order').map(({ type }) => type));
  const failed = cells.find(([, , , type]) => type === 'attempt.failed');
  expect(failed!.slice(2)).toEqual(['1', 'attempt.failed', 'mail.send/1 Error: 451 try later']);
});

test('a signal and a decision say from whom', () => {
  const text = lines('approval', false).map((line) => line.split('\t').slice(3).join(' '));
  expect(text).toContain('approval.decided refund yes by local a regular');
  expect(text).toContain('signal.received paid by 4711@worker');
});

test('each entry is told once while a workflow runs, also of steps that go on at the same time', () => {
  const timeline = new Timeline({});
  const { workflowId, runs } = workflowRecording('order');
  const events = runs[0]!;
  const told = events.flatMap((_, index) =>
    index === 0 || events[index]!.workflowTaskScheduledEventAttributes
      ? timeline.fresh(toEntries({ workflowId, runs: [events.slice(0, index + 1)], pending: [] }, reading))
      : [],
  );
  const rest = timeline.fresh(entriesOf('order'));
  const kinds = [...told, ...rest].map(({ type, step, attempt }) => `${type} ${step} ${attempt}`);
  expect(kinds.sort()).toEqual(
    entriesOf('order')
      .map(({ type, step, attempt }) => `${type} ${step} ${attempt}`)
      .sort(),
  );
});

test('what is put on record late is told of its own step', () => {
  const timeline = new Timeline({});
  const begun = (step: number) => ({ seq: step, at: '', type: 'attempt.started', attempt: 1, step });
  expect(timeline.fresh([begun(2)])).toEqual([begun(2)]);
  expect(timeline.fresh([begun(1), begun(2)])).toEqual([begun(1)]);
});
