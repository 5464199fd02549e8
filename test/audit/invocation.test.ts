import { describe, expect, test } from 'vitest';
import { readInvocation } from '../../src/audit/index.ts';
import type { InvocationRecord } from '../../src/audit/index.ts';
import { executionOf } from '../../src/temporal/ids.ts';
import { reading, recording, recordings } from '../histories/recording.ts';

const read = (name: string) => readInvocation(recording(name), reading);
const failed = (type: string, message: string, code = 'INVOCATION_FAILED') => ({ code, type, message });

describe('the invocation of the recording', () => {
  test.each([
    [
      'completed',
      { version: '7', input: { userId: 'usr_1' }, output: { greeting: 'Hello usr_1', times: 1 } },
    ],
    ['completed', { idempotencyKey: 'order 1/"a"', caller: 'local', kind: 'action', attempts: 1 }],
    ['flaky', { name: 'record.flaky', attempts: 3, error: null, idempotencyKey: null }],
    ['handed-back', { attempts: 1, output: { greeting: 'Hello usr_2', times: 1 } }],
    ['attempt-timed-out', { attempts: 2, output: 2 }],
    ['worker-lost', { attempts: 2, output: 2 }],
    ['continued', { attempts: 9, input: { city: 'Zürich' }, output: { attempt: 9, lastHeartbeat: 8 } }],
  ])('"%s" has completed: %j', (name, fields) => {
    expect(read(name)).toMatchObject({ status: 'completed', error: null, ...fields });
  });

  test.each([
    ['failed', 'failed', 2, failed('Error', 'the mail was not sent')],
    ['non-retryable', 'failed', 1, failed('CardDeclined', 'insufficient funds')],
    [
      'cancelled',
      'cancelled',
      1,
      failed('Cancelled', 'The invocation was cancelled.', 'INVOCATION_CANCELLED'),
    ],
    [
      'terminated',
      'terminated',
      1,
      failed('Terminated', 'Terminated from outside: cleaning up', 'INVOCATION_TERMINATED'),
    ],
    [
      'deadline-in-wait',
      'timed_out',
      1,
      failed(
        'DeadlineExceeded',
        'The deadline passed after 1 attempt; last: Error: not yet',
        'INVOCATION_TIMED_OUT',
      ),
    ],
  ])('"%s" is %s after %d attempts, for a reason', (name, status, attempts, error) => {
    expect(read(name)).toMatchObject({ status, attempts, error, output: null });
  });

  test('"broken-output" says what was wrong with the output', () => {
    const { status, error } = read('broken-output');
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'OUTPUT_INVALID', type: 'OUTPUT_INVALID' });
    expect(error!.message).toMatch(
      /The output of "record\.broken-output" is not valid: `messageId`: .*\. Return/,
    );
  });

  test('"deadline-in-attempt" says what the last attempt ended by', () => {
    expect(read('deadline-in-attempt').error!.message).toMatch(/after 1 attempt; last: AttemptTimedOut: /);
  });

  test('"running" has neither outcome nor end', () => {
    expect(read('running')).toMatchObject({ status: 'running', output: null, error: null, closedAt: null });
  });
});

describe.each(recordings)('in the invocation of the recording "%s"', (name) => {
  test('the id names the workflow and its first run', () => {
    const { workflowId, runs } = recording(name);
    const started = runs[0]![0]!.workflowExecutionStartedEventAttributes!;
    expect(executionOf(read(name).id)).toEqual({ workflowId, firstRunId: started.originalExecutionRunId });
  });

  test('the links lead to itself, its audit and the Temporal Web UI', () => {
    const { id, links } = read(name);
    const { firstRunId, workflowId } = executionOf(id);
    expect(links).toEqual({
      self: `/v1/invocations/${id}`,
      audit: `/v1/invocations/${id}/audit`,
      temporal: `http://ui/${encodeURIComponent(workflowId)}/${firstRunId}`,
    });
  });

  test('the times are RFC 3339 and in order', () => {
    const { startedAt, closedAt } = read(name);
    expect(new Date(startedAt).toISOString()).toBe(startedAt);
    if (closedAt !== null) expect(Date.parse(closedAt)).toBeGreaterThan(Date.parse(startedAt));
  });
});

describe('a workflow of an action that this package did not start', () => {
  const foreign = (): InvocationRecord => {
    const record = recording('terminated');
    const started = record.runs[0]![0]!.workflowExecutionStartedEventAttributes!;
    delete started.memo;
    started.input = {
      payloads: [{ metadata: { encoding: Buffer.from('binary/zip') }, data: Buffer.from([1]) }],
    };
    return record;
  };

  test('is told as far as Temporal knows it', () => {
    expect(readInvocation(foreign(), reading)).toMatchObject({
      kind: 'action',
      name: 'record.endless',
      caller: 'temporal',
      version: '',
      input: null,
      attempts: 1,
    });
  });

  test('that ended by a timeout of Temporal has timed out', () => {
    const record = recording('terminated');
    const last = record.runs[0]!.at(-1)!;
    delete last.workflowExecutionTerminatedEventAttributes;
    last.workflowExecutionTimedOutEventAttributes = {};
    expect(readInvocation(record, reading)).toMatchObject({
      status: 'timed_out',
      error: { code: 'INVOCATION_TIMED_OUT' },
    });
  });
});

test('a record without events is refused by the name of the workflow', () => {
  expect(() => readInvocation({ workflowId: 'a/b/c', runs: [], pending: [] }, reading)).toThrow(
    'The history of a/b/c is empty.',
  );
});
