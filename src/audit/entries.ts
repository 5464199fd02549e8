import { ATTEMPT_TIMED_OUT } from '../core/envelope.ts';
import type { AuditEntry } from '../core/invocation.ts';
import { readError } from './failure.ts';
import type { HistoryEvent, InvocationRecord, PendingActivity, Reading } from './history.ts';
import { toTime } from './history.ts';
import { attemptOf, isHandedBack, outcomeOf } from './invocation.ts';

type Unnumbered = Omit<AuditEntry, 'seq'>;
type Row = Omit<Unnumbered, 'at'>;

/** One entry per thing that happened, none missing: also the attempts that are running now. */
export function toEntries(record: InvocationRecord, reading: Reading): AuditEntry[] {
  const entries: Unnumbered[] = [];
  record.runs.forEach((events, run) => {
    const reader = new RunReader(reading, { isFirst: run === 0, isLast: run === record.runs.length - 1 });
    for (const event of events) {
      const row = reader.read(event);
      if (row) insert(entries, { at: toTime(event.eventTime), ...row });
    }
    if (run === record.runs.length - 1)
      reader.readPending(record.pending).forEach((entry) => insert(entries, entry));
  });
  return entries.map((entry, index) => ({ seq: index + 1, ...entry }));
}

/**
 * Temporal writes down that an attempt has started only when it has ended, and not at all when the invocation was
 * terminated; what happened meanwhile is then before it in the record.
 */
function insert(entries: Unnumbered[], entry: Unnumbered): void {
  const isLater = (other: Unnumbered) =>
    other.type !== 'attempt.scheduled' && (other.at > entry.at || other.type.startsWith('invocation.'));
  let index = entries.length;
  if (entry.type === 'attempt.started') while (index > 1 && isLater(entries[index - 1]!)) index--;
  entries.splice(index, 0, entry);
}

/** Later events name an attempt only by the id of the event that scheduled it. */
class RunReader {
  readonly #reading: Reading;
  readonly #position: { isFirst: boolean; isLast: boolean };
  readonly #attempts = new Map<string, number>();
  #lastAttempt = 0;

  constructor(reading: Reading, position: { isFirst: boolean; isLast: boolean }) {
    this.#reading = reading;
    this.#position = position;
  }

  read(event: HistoryEvent): Row | undefined {
    return this.#readAttempt(event) ?? this.#readInvocation(event);
  }

  readPending(pending: PendingActivity[]): Unnumbered[] {
    return pending
      .filter((activity) => activity.lastStartedTime)
      .map((activity) => ({
        at: toTime(activity.lastStartedTime),
        type: 'attempt.started',
        attempt: this.#lastAttempt,
        worker: activity.lastWorkerIdentity ?? '',
      }));
  }

  #readAttempt(event: HistoryEvent): Row | undefined {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const args = this.#reading.decode(scheduled.input);
      this.#lastAttempt = attemptOf(args);
      this.#attempts.set(String(event.eventId), this.#lastAttempt);
      return { type: 'attempt.scheduled', attempt: this.#lastAttempt, input: args[0] ?? null };
    }
    const started = event.activityTaskStartedEventAttributes;
    if (started) return { ...this.#about('attempt.started', started), worker: started.identity ?? '' };
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      return {
        ...this.#about('attempt.completed', completed),
        output: this.#reading.decode(completed.result)[0] ?? null,
      };
    }
    return this.#readUnfinished(event);
  }

  #readUnfinished(event: HistoryEvent): Row | undefined {
    const failed = event.activityTaskFailedEventAttributes;
    if (failed) {
      const error = readError(failed.failure ?? {}, this.#reading);
      if (isHandedBack(failed.failure)) return this.#about('attempt.handed_back', failed);
      const type = error.type === ATTEMPT_TIMED_OUT ? 'attempt.timed_out' : 'attempt.failed';
      return { ...this.#about(type, failed), error };
    }
    const timedOut = event.activityTaskTimedOutEventAttributes;
    if (timedOut) {
      return {
        ...this.#about('attempt.timed_out', timedOut),
        error: readError(timedOut.failure ?? {}, this.#reading),
      };
    }
    const cancelled = event.activityTaskCanceledEventAttributes;
    return cancelled ? this.#about('attempt.cancelled', cancelled) : undefined;
  }

  #about(type: string, attributes: { scheduledEventId?: unknown }): Row {
    return { type, attempt: this.#attempts.get(String(attributes.scheduledEventId)) ?? this.#lastAttempt };
  }

  #readInvocation(event: HistoryEvent): Row | undefined {
    const started = event.workflowExecutionStartedEventAttributes;
    if (started) {
      const input = this.#reading.decode(started.input)[0] ?? null;
      return this.#position.isFirst ? { type: 'invocation.started', input } : undefined;
    }
    const timer = event.timerStartedEventAttributes;
    if (timer) {
      const waitMs =
        Number(timer.startToFireTimeout?.seconds ?? 0) * 1000 + (timer.startToFireTimeout?.nanos ?? 0) / 1e6;
      const retryAt = new Date(Date.parse(toTime(event.eventTime)) + waitMs).toISOString();
      return { type: 'retry.scheduled', attempt: this.#lastAttempt + 1, retryAt };
    }
    if (event.workflowExecutionCancelRequestedEventAttributes) return { type: 'cancel.requested' };
    return this.#position.isLast ? this.#readClose(event) : undefined;
  }

  #readClose(event: HistoryEvent): Row | undefined {
    const { status, output, error } = outcomeOf(event, this.#reading);
    if (status === 'running') return undefined;
    const type = `invocation.${status}`;
    return error ? { type, error } : { type, output };
  }
}
