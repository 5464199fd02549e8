import { readError } from '../audit/failure.ts';
import type { RecordedCall } from '../core/envelope.ts';
import { ATTEMPT_TIMED_OUT } from '../core/envelope.ts';
import type { AuditEntry, Invocation } from '../core/invocation.ts';
import type { TestEnqueued } from './enqueued.ts';
import type { TestLogLine } from './logbook.ts';
import type { TestCompensation } from './settlement.ts';
import type { Ending } from './attempt.ts';
import { encodeFailure, reading } from './record.ts';
import type { Seen, TestWorld } from './world.ts';

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
  /** The earlier attempt that had committed, so that this one did not call the handler; null if there was none. */
  committedBy: number | null;
  /** RFC 3339 UTC, on the test's clock. */
  startedAt: string;
  /** RFC 3339 UTC, on the test's clock. */
  closedAt: string;
}

/** A call by `ctx.once`, as far as it is on record. */
export interface TestCall {
  /** As given to `ctx.once`. */
  name: string;
  /**
   * `done`: made, and its result kept. `replayed`: not made again, an earlier result was given. `unknown`: an earlier
   * attempt had made it and was lost before its receipt was written.
   */
  state: RecordedCall['state'];
  /** The attempt that made it, or got its result; 1 is the first. */
  attempt: number;
}

/** The closed invocation, with the attempts themselves in place of their number. */
export interface TestRun<Output> extends Omit<Invocation<Output>, 'attempts'> {
  /** In order; the last one decides, unless a deadline, a cancellation or a compensation that failed does. */
  attempts: TestAttempt[];
  /** The different tokens its attempts had: one, and another one after every attempt that was taken back. */
  tokens: string[];
  /** The waits between the attempts, in milliseconds on the test's clock; without jitter. */
  waits: number[];
  /** The attempts that were taken back, in order. */
  compensations: TestCompensation[];
  /**
   * The invocations it has started by `ctx.enqueue`, in order, once it completed; when it failed, that of the action which
   * `onFailure` tells. They are not run.
   */
  enqueued: TestEnqueued[];
  /** The calls by `ctx.once` that its attempts have reported; an attempt that was lost reported none. */
  calls: TestCall[];
  /** The audit, as `client.invocations.audit(id)` would give it. */
  entries: AuditEntry[];
  /** What was written with `ctx.log`. */
  logs: TestLogLine[];
}

export const readAttempts = (seen: readonly Seen[], entries: readonly AuditEntry[]): TestAttempt[] =>
  seen.map((one, index) => {
    const number = index + 1;
    const mine = entries.filter(({ attempt, type }) => attempt === number && type.startsWith('attempt.'));
    const started = mine.find(({ type }) => type === 'attempt.started')!;
    const ended = mine.at(-1)!;
    return {
      ...one,
      number,
      outcome: ended.type.slice('attempt.'.length) as TestAttempt['outcome'],
      output: ended.output ?? null,
      error: ended.error ?? null,
      committedBy: ended.committedBy ?? null,
      startedAt: started.at,
      closedAt: ended.at,
    };
  });

const rfc3339 = (ms: number): string => new Date(ms).toISOString();

/** The same where no audit tells of these attempts alone: of a workflow's step. */
export const toAttempts = ({ seen, played }: Pick<TestWorld, 'seen' | 'played'>): TestAttempt[] =>
  played.map(({ ending, startedAt, closedAt }, index) => ({
    ...seen[index]!,
    number: index + 1,
    outcome: outcomeOf(ending),
    output: ending.status === 'completed' ? (ending.output ?? null) : null,
    error: errorOf(ending),
    committedBy: (ending.status === 'completed' && ending.committedBy) || null,
    startedAt: rfc3339(startedAt),
    closedAt: rfc3339(closedAt),
  }));

const outcomeOf = (ending: Ending): TestAttempt['outcome'] =>
  ending.status === 'failed' && ending.failure.type === ATTEMPT_TIMED_OUT ? 'timed_out' : ending.status;

const errorOf = (ending: Ending): TestAttempt['error'] =>
  ending.status === 'completed' || ending.status === 'cancelled'
    ? null
    : readError(encodeFailure(ending.failure), reading);

export const readCalls = (entries: readonly AuditEntry[]): TestCall[] =>
  entries
    .filter(({ type }) => type.startsWith('call.'))
    .map(({ type, call, attempt }) => ({
      name: call!,
      state: type.slice('call.'.length) as TestCall['state'],
      attempt: attempt!,
    }));
