import { deadlinePassed } from '../core/wording.ts';
import type { Reading } from './history.ts';
import { toMs } from './history.ts';
import { stepWaitOf, summaryOf } from './label.ts';
import type { Place, Step, StepBook } from './step.ts';

/** What the timers of one run tell of its steps: what waits has begun and not ended. */
export class StepWaits {
  readonly #steps: StepBook;
  readonly #reading: Reading;
  readonly #waiting = new Map<string, Step>();

  constructor(steps: StepBook, reading: Reading) {
    this.#steps = steps;
    this.#reading = reading;
  }

  read(at: Place): void {
    const { event } = at;
    const started = event.timerStartedEventAttributes;
    if (started) {
      const wait = stepWaitOf(summaryOf(event, this.#reading));
      if (wait) this.#begin(wait.path, toMs(started.startToFireTimeout), at);
    }
    const cancelled = this.#waiter(event.timerCanceledEventAttributes);
    cancelled?.pause({ what: 'cancelled' }, at);
    // Woken too late for another attempt, it ends so.
    const woken = this.#waiter(event.timerFiredEventAttributes);
    woken?.pause(woken.failing ?? { what: 'timed_out', error: NO_ATTEMPT }, at);
  }

  #begin(path: string, waitMs: number, at: Place): void {
    const isFirst = this.#steps.find(path) === undefined;
    const step = this.#steps.begin(path, at);
    if (isFirst) step.until = new Date(toMs(at.event.eventTime) + waitMs).toISOString();
    step.resume();
    this.#waiting.set(String(at.event.eventId), step);
  }

  #waiter = (timer: { startedEventId?: unknown } | null | undefined): Step | undefined =>
    timer ? this.#waiting.get(String(timer.startedEventId)) : undefined;
}

const { code, type, message } = deadlinePassed(0, undefined);
const NO_ATTEMPT = { code, type, message };
