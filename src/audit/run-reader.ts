import type { RecordedCall } from '../core/envelope.ts';
import { ATTEMPT_TIMED_OUT, unpackReport } from '../core/envelope.ts';
import type { AuditEntry } from '../core/invocation.ts';
import type { SealOutcome } from '../core/settle.ts';
import type { Activity } from './activities.ts';
import { activityOf } from './activities.ts';
import { readEnqueued } from './enqueued.ts';
import { detailOf, readError } from './failure.ts';
import type { HistoryEvent, PendingActivity, Reading, TemporalFailure } from './history.ts';
import { toTime } from './history.ts';
import { isHandedBack, outcomeOf } from './invocation.ts';

export type Row = Omit<AuditEntry, 'seq' | 'at'>;

/** The entries of one run. Later events name an activity only by the id of the event that scheduled it. */
export class RunReader {
  readonly #reading: Reading;
  readonly #position: { isFirst: boolean; isLast: boolean };
  readonly #activities = new Map<string, Activity>();
  #last: Activity = { role: 'attempt', attempt: 0 };
  #hasCompensated = false;

  constructor(reading: Reading, position: { isFirst: boolean; isLast: boolean }) {
    this.#reading = reading;
    this.#position = position;
  }

  read(event: HistoryEvent): Row[] {
    const row = this.#readInvocation(event);
    return row ? [row] : (this.#readActivity(event) ?? readEnqueued(event, this.#reading));
  }

  readPending(pending: PendingActivity[]): (Row & { at: string })[] {
    return pending
      .filter((activity) => activity.lastStartedTime)
      .map(({ lastStartedTime, lastWorkerIdentity }) => ({
        at: toTime(lastStartedTime),
        ...rowOf(this.#last, 'started'),
        worker: lastWorkerIdentity ?? '',
      }));
  }

  #readActivity(event: HistoryEvent): Row[] | undefined {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const activity = activityOf(scheduled, this.#reading);
      this.#last = activity;
      this.#hasCompensated = false;
      this.#activities.set(String(event.eventId), activity);
      const hasInput = activity.role === 'attempt' || activity.role === 'compensation';
      const input = hasInput ? { input: this.#reading.decode(scheduled.input)[0] ?? null } : {};
      return [{ ...rowOf(activity, 'scheduled'), ...input }];
    }
    const started = event.activityTaskStartedEventAttributes;
    if (started) return [{ ...this.#row(started, 'started'), worker: started.identity ?? '' }];
    const completed = event.activityTaskCompletedEventAttributes;
    return completed ? this.#readCompleted(completed) : this.#readUnfinished(event);
  }

  #readCompleted(completed: NonNullable<HistoryEvent['activityTaskCompletedEventAttributes']>): Row[] {
    const activity = this.#activity(completed);
    const result = this.#reading.decode(completed.result)[0] ?? null;
    const row = rowOf(activity, 'completed');
    this.#hasCompensated = activity.role === 'compensation';
    if (activity.role === 'seal') {
      const { status, ...rest } = result as SealOutcome;
      const unknown = 'unknownCalls' in rest ? (rest.unknownCalls ?? []) : [];
      return [
        ...unknown.map(({ name, attempt }) => callRow({ name, attempt, state: 'unknown' })),
        { ...row, state: status },
      ];
    }
    if (activity.role === 'predecessor') return [{ ...row, state: (result as { outcome: string }).outcome }];
    const { output, committedBy, calls = [] } = unpackReport(result);
    const committed = committedBy === undefined ? {} : { committedBy };
    return [...calls.map(callRow), { ...row, output: output ?? null, ...committed }];
  }

  #readUnfinished(event: HistoryEvent): Row[] | undefined {
    const failed = event.activityTaskFailedEventAttributes;
    if (failed) {
      if (isHandedBack(failed.failure)) return [this.#row(failed, 'handed_back')];
      return this.#readFailed(failed, failed.failure ?? {});
    }
    const timedOut = event.activityTaskTimedOutEventAttributes;
    if (timedOut) {
      const error = readError(timedOut.failure ?? {}, this.#reading);
      return [{ ...this.#row(timedOut, 'timed_out'), error }];
    }
    const cancelled = event.activityTaskCanceledEventAttributes;
    return cancelled ? [this.#row(cancelled, 'cancelled')] : undefined;
  }

  #readFailed(attributes: { scheduledEventId?: unknown }, failure: TemporalFailure): Row[] {
    const error = readError(failure, this.#reading);
    const { calls = [] } = detailOf(failure, this.#reading);
    const what = error.type === ATTEMPT_TIMED_OUT ? 'timed_out' : 'failed';
    return [...calls.map(callRow), { ...this.#row(attributes, what), error }];
  }

  #activity = (attributes: { scheduledEventId?: unknown }): Activity =>
    this.#activities.get(String(attributes.scheduledEventId)) ?? this.#last;

  #row = (attributes: { scheduledEventId?: unknown }, what: string): Row =>
    rowOf(this.#activity(attributes), what);

  #readInvocation(event: HistoryEvent): Row | undefined {
    const started = event.workflowExecutionStartedEventAttributes;
    if (started) {
      const input = this.#reading.decode(started.input)[0] ?? null;
      return this.#position.isFirst ? { type: 'invocation.started', input } : undefined;
    }
    const timer = event.timerStartedEventAttributes;
    if (timer) return this.#readWait(event, timer);
    if (event.workflowExecutionCancelRequestedEventAttributes) return { type: 'cancel.requested' };
    return this.#position.isLast ? this.#readClose(event) : undefined;
  }

  #readWait(event: HistoryEvent, timer: NonNullable<HistoryEvent['timerStartedEventAttributes']>): Row {
    const { seconds, nanos } = timer.startToFireTimeout ?? {};
    const waitMs = Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6;
    const retryAt = new Date(Date.parse(toTime(event.eventTime)) + waitMs).toISOString();
    const { role, attempt = 0, compensationAttempt = 0 } = this.#last;
    // After a compensation that completed the next attempt is due, after one that failed its next try.
    return role === 'compensation' && !this.#hasCompensated
      ? { type: 'retry.scheduled', attempt, compensationAttempt: compensationAttempt + 1, retryAt }
      : { type: 'retry.scheduled', attempt: attempt + 1, retryAt };
  }

  #readClose(event: HistoryEvent): Row | undefined {
    const { status, output, error } = outcomeOf(event, this.#reading);
    if (status === 'running') return undefined;
    const type = `invocation.${status}`;
    return error ? { type, error } : { type, output };
  }
}

const rowOf = ({ role, ...which }: Activity, what: string): Row => ({ type: `${role}.${what}`, ...which });

const callRow = ({ name, state, attempt }: RecordedCall): Row => ({
  type: `call.${state}`,
  attempt,
  call: name,
});
