import type { AttemptEnvelope } from '../core/envelope.ts';
import { unpackReport } from '../core/envelope.ts';
import type { InvocationError } from '../core/invocation.ts';
import type { SealOutcome } from '../core/settle.ts';
import { compensationFailed } from '../core/settle.ts';
import { deadlinePassed } from '../core/wording.ts';
import type { Role, Scheduled } from './activities.ts';
import { activityOf, metaOf } from './activities.ts';
import { isFinal, isHandedBack, readError } from './failure.ts';
import type { HistoryEvent, Reading, TemporalFailure } from './history.ts';
import { toMs } from './history.ts';
import type { Place, Step, StepBook, StepEnding } from './step.ts';

interface StepActivity {
  step: Step;
  role: Role;
  meta: Partial<AttemptEnvelope>;
  /** Of the step: an attempt may last until then. */
  deadlineAt: number;
  isCancelled: boolean;
}

/** What the activities of one run tell of its steps. */
export class StepActivities {
  readonly #steps: StepBook;
  readonly #reading: Reading;
  readonly #activities = new Map<string, StepActivity>();

  constructor(steps: StepBook, reading: Reading) {
    this.#steps = steps;
    this.#reading = reading;
  }

  read(at: Place): void {
    const { event } = at;
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) return this.#readScheduled(scheduled, at);
    const asked = this.#activity(event.activityTaskCancelRequestedEventAttributes);
    if (asked) asked.isCancelled = true;
    const completed = event.activityTaskCompletedEventAttributes;
    const done = this.#activity(completed);
    if (done) this.#readCompleted(done, this.#reading.decode(completed!.result)[0], at);
    const ended = unfinishedOf(event);
    const failed = this.#activity(ended);
    if (failed && !isHandedBack(ended!.failure)) this.#readFailed(failed, ended!.failure, at);
  }

  #activity = (of: { scheduledEventId?: unknown } | null | undefined): StepActivity | undefined =>
    of ? this.#activities.get(String(of.scheduledEventId)) : undefined;

  #readScheduled(scheduled: Scheduled, at: Place): void {
    const meta = metaOf(scheduled, this.#reading);
    if (!meta.step) return;
    const { role } = activityOf(scheduled, this.#reading);
    const { path, seq } = meta.step;
    // What settles a step of another run begins none.
    const step = role === 'attempt' ? this.#steps.begin(path, at) : this.#steps.find(path);
    if (!step) return;
    step.resume();
    if (role === 'attempt') {
      step.seq = seq;
      step.input = this.#reading.decode(scheduled.input)[0] ?? null;
    }
    const leftMs = toMs(scheduled.scheduleToCloseTimeout);
    const deadlineAt = leftMs === 0 ? Infinity : toMs(at.event.eventTime) + leftMs;
    this.#activities.set(String(at.event.eventId), { step, role, meta, deadlineAt, isCancelled: false });
  }

  #readCompleted({ step, role }: StepActivity, result: unknown, at: Place): void {
    const report = unpackReport(result);
    const sealed = role === 'seal' ? (result as SealOutcome) : undefined;
    const hasCommitted = sealed?.status === 'committed';
    if (role !== 'attempt' && !hasCommitted) {
      if (step.failing) step.pause(step.failing, at);
      return;
    }
    const { output = null, enqueued = [] } = hasCommitted ? sealed : report;
    for (const { workflowId } of enqueued) this.#steps.enqueuedBy.set(workflowId, step);
    step.finish({ what: 'completed', output }, at);
  }

  #readFailed(activity: StepActivity, failure: TemporalFailure | null | undefined, at: Place): void {
    const { step, role } = activity;
    const error = failure ? bare(readError(failure, this.#reading)) : undefined;
    if (role === 'attempt')
      step.failing = endingOf(activity, { isFinal: isFinal(failure, this.#reading), error }, at.event);
    const ending = role === 'compensation' ? notTakenBack(step, error) : step.failing;
    if (ending) step.pause(ending, at);
  }
}

const unfinishedOf = (
  event: HistoryEvent,
): { scheduledEventId?: unknown; failure?: TemporalFailure | null } | null | undefined =>
  event.activityTaskFailedEventAttributes ??
  event.activityTaskTimedOutEventAttributes ??
  event.activityTaskCanceledEventAttributes;

const bare = ({ code, type, message }: InvocationError): InvocationError => ({ code, type, message });

type Failed = { isFinal: boolean; error: InvocationError | undefined };

/** How the step ends should this have been its last attempt. */
function endingOf(
  { meta, deadlineAt, isCancelled }: StepActivity,
  { isFinal, error }: Failed,
  event: HistoryEvent,
): StepEnding {
  if (isCancelled || !error) return { what: 'cancelled' };
  const { attempt = 1, maximumAttempts = 1 } = meta;
  const isLast = attempt >= maximumAttempts || isFinal;
  // With attempts left it ends only where the wait for the next one would have outlasted the deadline.
  const isLate = toMs(event.eventTime) >= deadlineAt || (!isLast && deadlineAt !== Infinity);
  return isLate
    ? { what: 'timed_out', error: bare(deadlinePassed(attempt, error)) }
    : { what: 'failed', error };
}

const notTakenBack = ({ failing }: Step, error: InvocationError | undefined): StepEnding | undefined => {
  const why = failing && 'error' in failing ? failing.error : CANCELLED;
  return error && { what: 'failed', error: bare(compensationFailed(why, error)) };
};

const CANCELLED = { type: 'Cancelled', message: 'The invocation was cancelled.' };
