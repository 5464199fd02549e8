import { ATTEMPT_TIMED_OUT, unpackReport } from '../core/envelope.ts';
import type { SealOutcome } from '../core/settle.ts';
import type { UnsettledPage } from '../core/unsettled.ts';
import type { Activity, Scheduled } from './activities.ts';
import { activityOf, metaOf } from './activities.ts';
import { detailOf, isBegun, isHandedBack, readError } from './failure.ts';
import type { HistoryEvent, PendingActivity, Reading, TemporalFailure } from './history.ts';
import { toTime } from './history.ts';
import type { Row } from './row.ts';
import { callRow, rowOf } from './row.ts';

interface Ended {
  scheduledEventId?: unknown;
}

/** The entries of one run's activities. Later events name one only by the id of the event that scheduled it. */
export class ActivityReader {
  readonly #reading: Reading;
  readonly #scheduled = new Map<string, Activity>();
  readonly #byId = new Map<string, Activity>();
  /** The one that was scheduled last. */
  last: Activity = { role: 'attempt', attempt: 0 };
  /** True when that took an attempt back. */
  hasCompensated = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** Undefined for what tells of no activity. */
  read(event: HistoryEvent): Row[] | undefined {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) return [this.#readScheduled(String(event.eventId), scheduled)];
    const started = event.activityTaskStartedEventAttributes;
    if (started) return [{ ...this.#row(started, 'started'), worker: started.identity ?? '' }];
    const completed = event.activityTaskCompletedEventAttributes;
    return completed ? this.#readCompleted(completed) : this.#readUnfinished(event);
  }

  readPending(pending: PendingActivity[]): (Row & { at: string })[] {
    const begun = pending.filter((one) => isBegun(one, this.#reading));
    return begun.flatMap(({ activityId, lastStartedTime, lastWorkerIdentity }) => {
      // One that is not in the history was scheduled after that had been read.
      const activity = this.#byId.get(String(activityId));
      if (!activity) return [];
      const at = toTime(lastStartedTime);
      return [{ at, ...rowOf(activity, 'started'), worker: lastWorkerIdentity ?? '' }];
    });
  }

  #readScheduled(eventId: string, scheduled: Scheduled): Row {
    const activity = activityOf(scheduled, this.#reading);
    this.last = activity;
    this.hasCompensated = false;
    this.#scheduled.set(eventId, activity);
    this.#byId.set(String(scheduled.activityId), activity);
    const { role, version } = activity;
    // What is too large to travel twice is on record where the step was attempted.
    const { recall, called } = metaOf(scheduled, this.#reading);
    const isElsewhere = recall !== undefined || called !== undefined;
    const hasInput = (role === 'attempt' || role === 'compensation') && !isElsewhere;
    return {
      ...rowOf(activity, 'scheduled'),
      ...(hasInput && { input: this.#reading.decode(scheduled.input)[0] ?? null }),
      ...(version !== undefined && { version }),
    };
  }

  #readCompleted(completed: NonNullable<HistoryEvent['activityTaskCompletedEventAttributes']>): Row[] {
    const activity = this.#activity(completed);
    const { role, step, version } = activity;
    const result = this.#reading.decode(completed.result)[0] ?? null;
    const row = rowOf(activity, 'completed');
    this.hasCompensated = role === 'compensation';
    if (role === 'seal') {
      const { status, ...rest } = result as SealOutcome;
      const unknown = 'unknownCalls' in rest ? (rest.unknownCalls ?? []) : [];
      return [
        ...unknown.map(({ name, attempt }) => callRow({ name, attempt, state: 'unknown' }, step)),
        { ...row, state: status },
      ];
    }
    if (role === 'predecessor') return [{ ...row, state: (result as { outcome: string }).outcome }];
    if (role === 'unsettled') return [{ ...row, state: countedSteps(result as UnsettledPage) }];
    const report = unpackReport(result);
    return [
      ...(report.calls ?? []).map((call) => callRow(call, step)),
      {
        ...row,
        output: report.output ?? null,
        ...(report.committedBy !== undefined && { committedBy: report.committedBy }),
        ...versionOf(report.version ?? version),
      },
    ];
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
      return [{ ...this.#row(timedOut, 'timed_out'), error, ...versionOf(this.#activity(timedOut).version) }];
    }
    const cancelled = event.activityTaskCanceledEventAttributes;
    return cancelled ? [this.#row(cancelled, 'cancelled')] : undefined;
  }

  #readFailed(ended: Ended, failure: TemporalFailure): Row[] {
    const error = readError(failure, this.#reading);
    const detail = detailOf(failure, this.#reading);
    const { step, version } = this.#activity(ended);
    const what = error.type === ATTEMPT_TIMED_OUT ? 'timed_out' : 'failed';
    return [
      ...(detail.calls ?? []).map((call) => callRow(call, step)),
      { ...this.#row(ended, what), error, ...versionOf(detail.version ?? version) },
    ];
  }

  #activity = ({ scheduledEventId }: Ended): Activity =>
    this.#scheduled.get(String(scheduledEventId)) ?? this.last;

  #row = (ended: Ended, what: string): Row => rowOf(this.#activity(ended), what);
}

/** No number where the page is encrypted with a key that is not here. */
const countedSteps = ({ steps }: Partial<UnsettledPage>): string =>
  steps ? `${steps.length} step${steps.length === 1 ? '' : 's'}` : 'encrypted';

const versionOf = (version: string | undefined) => (version === undefined ? {} : { version });
