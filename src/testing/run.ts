import { readInvocation, toEntries } from '../audit/index.ts';
import type { AnyAction } from '../core/definition.ts';
import type { InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { AuditEntry, Invocation } from '../core/invocation.ts';
import type { LoopResult } from '../core/loop.ts';
import { runAttempts } from '../core/loop.ts';
import type { Faults } from './faults.ts';
import type { TestLogLine } from './logbook.ts';
import { encode, encodeFailure, reading, TestRecord } from './record.ts';
import type { Seen } from './world.ts';
import { Cancelled, TestWorld } from './world.ts';

/** One attempt of a test run. */
export interface TestAttempt extends Seen {
  /** 1 is the first. */
  number: number;
  /** A worker that was lost has timed out, as in the audit. */
  outcome: 'completed' | 'failed' | 'timed_out' | 'cancelled';
  /** What the handler was called with, defaults of the schema filled in; the input as sent where it was not called. */
  input: unknown;
  /** What it completed with; null otherwise. */
  output: unknown;
  /** A lost worker is `{ type: 'WorkerLost' }`, a timeout `{ type: 'AttemptTimedOut' }`. */
  error: AuditEntry['error'] | null;
  /** The token: what the handler had as `ctx.idempotencyKey`. */
  idempotencyKey: string;
  /** What the handler last passed to `ctx.heartbeat`, which the next attempt gets; null if it did not. */
  lastHeartbeat: unknown;
  /** RFC 3339 UTC, on the test's clock. */
  startedAt: string;
  /** RFC 3339 UTC, on the test's clock. */
  closedAt: string;
}

/** The closed invocation, with the attempts themselves in place of their number. */
export interface TestRun<Output> extends Omit<Invocation<Output>, 'attempts'> {
  /** In order; the last one decides, unless a deadline or a cancellation does. */
  attempts: TestAttempt[];
  /** The different tokens its attempts had: exactly one. */
  tokens: string[];
  /** The waits between the attempts, in milliseconds on the test's clock; without jitter. */
  waits: number[];
  /** The audit, as `client.invocations.audit(id)` would give it. */
  entries: AuditEntry[];
  /** What the handler wrote with `ctx.log`. */
  logs: TestLogLine[];
}

export async function runOnTestClock(
  action: AnyAction,
  input: unknown,
  faults: Faults,
  deadlineMs: number | undefined,
): Promise<TestRun<unknown>> {
  const record = new TestRecord(action.name);
  writeStart(record, action, input);
  const world = new TestWorld(action, input, faults, record);
  const deadlineAt = deadlineMs === undefined ? undefined : record.now() + deadlineMs;
  try {
    writeEnd(record, await runAttempts(world, action.policy, { deadlineAt }));
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    record.add({ workflowExecutionCanceledEventAttributes: {} });
  }
  const entries = toEntries(record.history, reading);
  return {
    ...readInvocation(record.history, reading),
    attempts: world.seen.map((seen, index) => toAttempt(index + 1, seen, entries)),
    tokens: [...new Set(world.seen.map(({ idempotencyKey }) => idempotencyKey))],
    waits: world.waits,
    entries,
    logs: world.logbook.lines,
  };
}

function writeStart(record: TestRecord, { name, version }: AnyAction, input: unknown): void {
  const memo: InvocationMemo = { kind: 'action', version, caller: 'test' };
  record.add({
    workflowExecutionStartedEventAttributes: {
      workflowType: { name },
      firstExecutionRunId: record.firstRunId,
      input: encode(input),
      memo: { fields: { [MEMO_KEY]: encode(memo).payloads[0]! } },
    },
  });
}

function writeEnd(record: TestRecord, result: LoopResult): void {
  if (result.status === 'continued') throw new Error('A test run is never continued as new.');
  if (result.status === 'completed') {
    record.add({ workflowExecutionCompletedEventAttributes: { result: encode(result.output) } });
    return;
  }
  const failure = toInvocationFailure(result);
  record.add({
    workflowExecutionFailedEventAttributes: { failure: encodeFailure(failure, result.attempts) },
  });
}

/** In the words of sandbox/invoke-action.ts. */
function toInvocationFailure(result: Extract<LoopResult, { attempts: number }>): Failure {
  const { status, failure, attempts } = result;
  if (status === 'failed') return result.failure;
  const lastError = failure ? `${failure.type}: ${failure.message}` : 'no attempt had ended';
  return {
    code: 'INVOCATION_TIMED_OUT',
    type: 'DeadlineExceeded',
    message: `The deadline passed after ${attempts} attempt${attempts === 1 ? '' : 's'}; last: ${lastError}`,
    nonRetryable: true,
  };
}

function toAttempt(number: number, seen: Seen, entries: AuditEntry[]): TestAttempt {
  const mine = entries.filter(({ attempt, type }) => attempt === number && type.startsWith('attempt.'));
  const started = mine.find(({ type }) => type === 'attempt.started')!;
  const ended = mine.at(-1)!;
  return {
    ...seen,
    number,
    outcome: ended.type.slice('attempt.'.length) as TestAttempt['outcome'],
    output: ended.output ?? null,
    error: ended.error ?? null,
    startedAt: started.at,
    closedAt: ended.at,
  };
}
