import type { ActivityReader } from './activity-reader.ts';
import type { HistoryEvent, Reading } from './history.ts';
import { toMs } from './history.ts';
import { stepWaitOf, summaryOf } from './label.ts';
import type { Row } from './row.ts';
import type { StepBook } from './step.ts';

type Timer = NonNullable<HistoryEvent['timerStartedEventAttributes']>;

export interface WaitContext {
  reading: Reading;
  steps: StepBook;
  activities: ActivityReader;
  isWorkflow: boolean;
}

/** The waits of one run: for the next attempt, or because a handler sleeps. */
export class Waits {
  readonly #context: WaitContext;
  readonly #sleeps = new Set<string>();

  constructor(context: WaitContext) {
    this.#context = context;
  }

  read(event: HistoryEvent): Row[] {
    const started = event.timerStartedEventAttributes;
    if (started) return this.#readStarted(event, started);
    const isOurs = (timer: { startedEventId?: unknown } | null | undefined) =>
      timer && this.#sleeps.has(String(timer.startedEventId));
    if (isOurs(event.timerFiredEventAttributes)) return [{ type: 'sleep.ended' }];
    return isOurs(event.timerCanceledEventAttributes) ? [{ type: 'sleep.cancelled' }] : [];
  }

  #readStarted(event: HistoryEvent, timer: Timer): Row[] {
    const { reading, isWorkflow } = this.#context;
    const until = new Date(toMs(event.eventTime) + toMs(timer.startToFireTimeout)).toISOString();
    const summary = summaryOf(event, reading);
    const wait = stepWaitOf(summary);
    if (wait) {
      const { path, ...next } = wait;
      // One before the first attempt is told where the step begins.
      return next.attempt === undefined ? [] : [{ ...this.#retry(next, until), ...this.#stepOf(path) }];
    }
    if (!isWorkflow) return [this.#retry(this.#next(), until)];
    if (summary !== SLEEP) return [];
    this.#sleeps.add(String(event.eventId));
    return [{ type: 'sleep.started', until }];
  }

  #retry = (next: Pick<Row, 'attempt' | 'compensationAttempt'>, retryAt: string): Row => ({
    type: 'retry.scheduled',
    ...next,
    retryAt,
  });

  #stepOf(path: string): Pick<Row, 'step'> {
    const step = this.#context.steps.find(path)?.seq;
    return step === undefined ? {} : { step };
  }

  #next(): Pick<Row, 'attempt' | 'compensationAttempt'> {
    const { last, hasCompensated } = this.#context.activities;
    const { role, attempt = 0, compensationAttempt = 0 } = last;
    // After a compensation that completed the next attempt is due, after one that failed its next try.
    return role === 'compensation' && !hasCompensated
      ? { attempt, compensationAttempt: compensationAttempt + 1 }
      : { attempt: attempt + 1 };
  }
}

/** What `ctx.sleep` calls its timer. */
const SLEEP = 'sleep';
