import type { InvocationError } from '../core/invocation.ts';
import { detailOf, readError } from './failure.ts';
import type { HistoryEvent, Reading } from './history.ts';
import { memoOf } from './memo.ts';
import type { Place, Step, StepBook, StepEnding } from './step.ts';

/** What one run's workflows that it called tell of its steps. */
export class StepChildren {
  readonly #steps: StepBook;
  readonly #reading: Reading;
  readonly #called = new Map<string, Step>();

  constructor(steps: StepBook, reading: Reading) {
    this.#steps = steps;
    this.#reading = reading;
  }

  read(at: Place): void {
    const { event } = at;
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
    const mark = initiated && memoOf(initiated.memo, this.#reading).step;
    if (mark) {
      const step = this.#steps.begin(mark.path, at);
      step.resume();
      Object.assign(step, { kind: 'workflow', seq: mark.seq });
      step.input = this.#reading.decode(initiated.input)[0] ?? null;
      this.#called.set(String(event.eventId), step);
      this.#steps.children.add(initiated.workflowId ?? '');
    }
    const started = event.childWorkflowExecutionStartedEventAttributes;
    const { workflowId, runId } = started?.workflowExecution ?? {};
    const begun = this.#step(started);
    if (begun) begun.invocation = this.#reading.idOf(workflowId ?? '', runId ?? '');
    const [closed, ending] = closingOf(event, this.#reading) ?? [];
    if (ending) this.#step(closed)?.finish(ending, at);
  }

  #step = (of: { initiatedEventId?: unknown } | null | undefined): Step | undefined =>
    of ? this.#called.get(String(of.initiatedEventId)) : undefined;
}

function closingOf(
  event: HistoryEvent,
  reading: Reading,
): [closed: { initiatedEventId?: unknown }, ending: StepEnding] | undefined {
  const completed = event.childWorkflowExecutionCompletedEventAttributes;
  if (completed)
    return [completed, { what: 'completed', output: reading.decode(completed.result)[0] ?? null }];
  const failed = event.childWorkflowExecutionFailedEventAttributes;
  if (failed) {
    const failure = failed.failure ?? {};
    const { code, type, message } = readError(failure, reading);
    const isLate = detailOf(failure, reading).code === 'INVOCATION_TIMED_OUT';
    return [failed, { what: isLate ? 'timed_out' : 'failed', error: { code, type, message } }];
  }
  const cancelled = event.childWorkflowExecutionCanceledEventAttributes;
  if (cancelled) return [cancelled, { what: 'cancelled' }];
  return fromOutside(event);
}

function fromOutside(
  event: HistoryEvent,
): [closed: { initiatedEventId?: unknown }, ending: StepEnding] | undefined {
  const timedOut = event.childWorkflowExecutionTimedOutEventAttributes;
  if (timedOut) return [timedOut, { what: 'timed_out', error: TIMED_OUT }];
  const terminated = event.childWorkflowExecutionTerminatedEventAttributes;
  if (terminated) return [terminated, { what: 'terminated', error: TERMINATED }];
  const refused = event.startChildWorkflowExecutionFailedEventAttributes;
  return refused ? [refused, { what: 'failed', error: REFUSED }] : undefined;
}

const TIMED_OUT: InvocationError = {
  code: 'INVOCATION_TIMED_OUT',
  type: 'Timeout',
  message: "Temporal's own execution timeout passed.",
};
const TERMINATED: InvocationError = {
  code: 'INVOCATION_TERMINATED',
  type: 'Terminated',
  message: 'Terminated from outside.',
};
const REFUSED: InvocationError = {
  code: 'INVOCATION_FAILED',
  type: 'AlreadyStarted',
  message: 'There is an invocation of that id already.',
};
