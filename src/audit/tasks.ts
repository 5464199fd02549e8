import type { HistoryEvent, Reading } from './history.ts';
import { summaryOf } from './label.ts';

/**
 * When a workflow has heard of everything that is on record, and all that it does about it is on record too. What it does
 * follows the completion of its task at once, unless it waits for room to do it.
 */
export class Tasks {
  readonly #reading: Reading;
  readonly #rooms = new Set<string>();
  #hasHeard = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** Before the event is read; without one, at the end of the record. */
  isDone(event?: HistoryEvent): boolean {
    const isOver = this.#hasHeard && !(event && isOfTask(event));
    if (isOver) this.#hasHeard = false;
    const isDone = isOver && this.#rooms.size === 0;
    if (event) this.#note(event);
    return isDone;
  }

  #note(event: HistoryEvent): void {
    if (event.workflowTaskCompletedEventAttributes ?? closingOf(event)) this.#hasHeard = true;
    if (event.timerStartedEventAttributes && summaryOf(event, this.#reading) === ROOM)
      this.#rooms.add(String(event.eventId));
    this.#rooms.delete(String(event.timerFiredEventAttributes?.startedEventId));
  }
}

/** What `StepGate` of the sandbox calls its timer. */
const ROOM = 'make room';

/** It was the workflow itself that closed. */
const closingOf = (event: HistoryEvent): unknown =>
  event.workflowExecutionCompletedEventAttributes ??
  event.workflowExecutionFailedEventAttributes ??
  event.workflowExecutionCanceledEventAttributes ??
  event.workflowExecutionContinuedAsNewEventAttributes;

/** Does the event belong to what a workflow did in its last task? */
function isOfTask(event: HistoryEvent): boolean {
  if (event.workflowExecutionUpdateAcceptedEventAttributes) return true;
  if (event.workflowExecutionUpdateCompletedEventAttributes) return true;
  return Object.values(event).some(
    (attributes: unknown) =>
      typeof attributes === 'object' &&
      attributes !== null &&
      Object.hasOwn(attributes, 'workflowTaskCompletedEventId'),
  );
}
