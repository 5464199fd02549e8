import { describe, expect, test } from 'vitest';
import { toEntries } from '../../src/audit/index.ts';
import type { AuditEntry } from '../../src/core/invocation.ts';
import { reading, recording, recordings } from '../histories/recording.ts';

const entriesOf = (name: string) => toEntries(recording(name), reading);

/** An entry as a short line: its type and attempt, and the type of its error. */
const line = ({ type, attempt, error }: AuditEntry) =>
  [type, attempt, error?.type].filter((part) => part !== undefined).join(' ');

const step = (role: string, which: string, ending: string) => [
  `${role}.scheduled${which}`,
  `${role}.started${which}`,
  `${role}.${ending}`,
];
const attempt = (number: number, ending: string) => step('attempt', ` ${number}`, ending);
const compensation = (number: number, ending: string) =>
  step('compensation', ` ${number}`, `${ending.split(' ')[0]} ${number}${ending.replace(/^\S+/, '')}`);

const STORIES: Record<string, string[]> = {
  completed: [...attempt(1, 'completed 1'), 'invocation.completed'],
  flaky: [
    ...attempt(1, 'failed 1 EENVELOPE'),
    'retry.scheduled 2',
    ...attempt(2, 'failed 2 Throttled'),
    'retry.scheduled 3',
    ...attempt(3, 'completed 3'),
    'invocation.completed',
  ],
  failed: [
    ...attempt(1, 'failed 1 Error'),
    'retry.scheduled 2',
    ...attempt(2, 'failed 2 Error'),
    'invocation.failed Error',
  ],
  'non-retryable': [...attempt(1, 'failed 1 CardDeclined'), 'invocation.failed CardDeclined'],
  'broken-output': [...attempt(1, 'failed 1 OUTPUT_INVALID'), 'invocation.failed OUTPUT_INVALID'],
  'deadline-in-wait': [...attempt(1, 'failed 1 Error'), 'invocation.timed_out DeadlineExceeded'],
  'deadline-in-attempt': [
    ...attempt(1, 'timed_out 1 AttemptTimedOut'),
    'invocation.timed_out DeadlineExceeded',
  ],
  'attempt-timed-out': [
    ...attempt(1, 'timed_out 1 AttemptTimedOut'),
    'retry.scheduled 2',
    ...attempt(2, 'completed 2'),
    'invocation.completed',
  ],
  'worker-lost': [
    ...attempt(1, 'timed_out 1 WorkerLost'),
    'retry.scheduled 2',
    ...attempt(2, 'completed 2'),
    'invocation.completed',
  ],
  // What Temporal wrote down later, the start of the attempt, has its place by its time.
  cancelled: [
    'attempt.scheduled 1',
    'attempt.started 1',
    'cancel.requested',
    'attempt.cancelled 1',
    'invocation.cancelled Cancelled',
  ],
  terminated: ['attempt.scheduled 1', 'attempt.started 1', 'invocation.terminated Terminated'],
  running: ['attempt.scheduled 1', 'attempt.started 1'],
  'handed-back': [...attempt(1, 'handed_back 1'), ...attempt(1, 'completed 1'), 'invocation.completed'],
  sealed: [
    ...attempt(1, 'failed 1 Error'),
    'retry.scheduled 2',
    ...attempt(2, 'failed 2 Error'),
    ...step('seal', ' 2', 'completed 2'),
    'invocation.failed Error',
  ],
  unheard: [
    ...attempt(1, 'failed 1 Error'),
    'retry.scheduled 2',
    ...attempt(2, 'completed 2'),
    'invocation.completed',
  ],
  compensated: [
    ...attempt(1, 'failed 1 Error'),
    ...compensation(1, 'completed'),
    'retry.scheduled 2',
    ...attempt(2, 'failed 2 Error'),
    ...compensation(2, 'completed'),
    'invocation.failed Error',
  ],
  'compensation-failed': [
    ...attempt(1, 'failed 1 Error'),
    ...compensation(1, 'failed Error'),
    'retry.scheduled 1',
    ...compensation(1, 'completed'),
    'retry.scheduled 2',
    ...attempt(2, 'failed 2 Error'),
    ...compensation(2, 'failed Error'),
    'retry.scheduled 2',
    ...compensation(2, 'failed Error'),
    'invocation.failed CompensationFailed',
  ],
  enqueued: [
    ...attempt(1, 'completed 1'),
    'enqueued.scheduled',
    'enqueued.scheduled',
    'enqueued.joined',
    'enqueued.started',
    'invocation.completed',
  ],
  calls: [
    'attempt.scheduled 1',
    'attempt.started 1',
    'call.done 1',
    'attempt.failed 1 Error',
    'retry.scheduled 2',
    'attempt.scheduled 2',
    'attempt.started 2',
    'call.replayed 2',
    'attempt.completed 2',
    'invocation.completed',
  ],
  settling: [...compensation(1, 'completed'), 'invocation.completed'],
  predecessor: [
    ...step('predecessor', '', 'completed'),
    'attempt.scheduled 1',
    'attempt.started 1',
    'cancel.requested',
    'attempt.cancelled 1',
    ...compensation(1, 'completed'),
    'invocation.cancelled Cancelled',
  ],
  continued: [
    ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((number) => [
      ...attempt(number, `failed ${number} Error`),
      `retry.scheduled ${number + 1}`,
    ]),
    ...attempt(9, 'completed 9'),
    'invocation.completed',
  ],
};

test('there is a story for every recording', () => {
  expect(Object.keys(STORIES).sort()).toEqual([...recordings].sort());
});

describe.each(recordings)('the audit of the recording "%s"', (name) => {
  test('tells its whole story', () => {
    expect(entriesOf(name).map(line)).toEqual(['invocation.started', ...STORIES[name]!]);
  });

  test('numbers its entries without a gap, in order of time', () => {
    const entries = entriesOf(name);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const times = entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  test('gives times as RFC 3339 in UTC', () => {
    for (const { at, retryAt } of entriesOf(name)) {
      for (const time of retryAt === undefined ? [at] : [at, retryAt]) {
        expect(time).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      }
    }
  });

  test('is the same at every reading', () => {
    expect(entriesOf(name)).toEqual(entriesOf(name));
  });
});

describe('an entry', () => {
  const of = (name: string, type: string) => entriesOf(name).filter((entry) => entry.type === type);

  test('has the input at the start of the invocation and of every attempt', () => {
    const inputs = ['invocation.started', 'attempt.scheduled'].flatMap((type) => of('flaky', type));
    expect(inputs.map(({ input }) => input)).toEqual(inputs.map(() => ({ to: 'fail-2@example.com' })));
    expect(inputs).toHaveLength(4);
  });

  test('has the output where an attempt and the invocation completed', () => {
    const output = { accepted: true, lastHeartbeat: { reached: 2 } };
    expect(of('flaky', 'attempt.completed')).toMatchObject([{ attempt: 3, output }]);
    expect(of('flaky', 'invocation.completed')).toMatchObject([{ output }]);
  });

  test('has the worker where an attempt started', () => {
    const workers = recordings.flatMap((name) => of(name, 'attempt.started'));
    expect(new Set(workers.map(({ worker }) => worker))).toEqual(new Set(['4711@worker']));
  });

  test('has the stack and the chain of causes where an attempt failed', () => {
    const [{ error }] = of('failed', 'attempt.failed') as [AuditEntry];
    expect(error).toMatchObject({
      code: 'INVOCATION_FAILED',
      message: 'the mail was not sent',
      stack: expect.stringContaining('scenarios.ts') as string,
      cause: {
        type: 'TypeError',
        message: 'the mail server did not answer',
        cause: { type: 'ECONNREFUSED', message: 'connect ECONNREFUSED 192.0.2.1:25' },
      },
    });
  });

  test('has no error where a worker merely handed an attempt back', () => {
    expect(of('handed-back', 'attempt.handed_back')[0]).not.toHaveProperty('error');
  });

  test('has the time of the next attempt: the wait the policy gives, or the one an error asked for', () => {
    const waits = of('flaky', 'retry.scheduled').map(
      ({ at, retryAt }) => Date.parse(retryAt!) - Date.parse(at),
    );
    expect(waits[0]).toBeGreaterThanOrEqual(8);
    expect(waits[0]).toBeLessThanOrEqual(10);
    expect(waits[1]).toBe(30);
  });

  test('tells which try to take an attempt back it is about, also before the next one', () => {
    const tries = entriesOf('compensation-failed').flatMap(({ type, attempt: of, compensationAttempt }) =>
      compensationAttempt === undefined || type.endsWith('.started')
        ? []
        : [`${type} ${of}/${compensationAttempt}`],
    );
    expect(tries.slice(0, 4)).toEqual([
      'compensation.scheduled 1/1',
      'compensation.failed 1/1',
      'retry.scheduled 1/2',
      'compensation.scheduled 1/2',
    ]);
  });

  test('names the attempt that had committed where another one found that', () => {
    expect(of('unheard', 'attempt.completed')).toMatchObject([
      { attempt: 2, committedBy: 1, output: { attempt: 1 } },
    ]);
  });

  test('says what a seal and the settling of the run before found', () => {
    expect(of('sealed', 'seal.completed')).toMatchObject([{ state: 'sealed' }]);
    expect(of('predecessor', 'predecessor.completed')).toMatchObject([{ state: 'compensated' }]);
  });

  test('names what an attempt called outside and what it enqueued', () => {
    expect(of('calls', 'call.done')).toMatchObject([{ call: 'charge' }]);
    const [child] = of('enqueued', 'enqueued.started');
    expect(child).toMatchObject({
      name: 'record.completed',
      invocation: expect.stringMatching(/^inv_/) as string,
    });
  });

  test('of an attempt that waits for a worker does not say that it started', () => {
    const record = recording('running');
    const waiting = { ...record, pending: record.pending.map(({ activityId }) => ({ activityId })) };
    expect(toEntries(waiting, reading).map(line)).toEqual(['invocation.started', 'attempt.scheduled 1']);
  });
});
