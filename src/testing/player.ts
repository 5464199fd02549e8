import type { Attempt } from '../attempt/run.ts';
import type { Transaction } from '../core/context.ts';
import { packReport } from '../core/envelope.ts';
import type { AttemptOutcome } from '../core/loop.ts';
import type { Secrets } from '../core/secrets.ts';
import type { AttemptClock, Ending } from './attempt.ts';
import { AttemptPlay } from './attempt.ts';
import { missed } from './crash-points.ts';
import type { Fault } from './faults.ts';
import type { TestLogLine } from './logbook.ts';
import { Logbook } from './logbook.ts';
import { Memory } from './memory.ts';
import type { EventId, TestRecord } from './record.ts';
import { encodeFailure, encodeTimeout } from './record.ts';
import { StagedAttempt } from './staged.ts';

export interface Part extends Attempt {
  /** The activity's type. */
  type: string;
  fault: Fault;
  clock: AttemptClock;
  timeoutMs: number;
  /** Until a deadline; undefined without one. */
  expiresInMs?: number | undefined;
  /** For its log lines and for messages. */
  which: Pick<TestLogLine, 'attempt' | 'compensationAttempt' | 'step'>;
}

/** How it ended, and what is not on record: what the function was called with and said. */
export interface Played {
  ending: Ending;
  handlerInput: unknown;
  lastHeartbeat: unknown;
}

export interface PlayerOptions {
  record: TestRecord;
  patienceMs: number;
  tx: Transaction | undefined;
  secrets?: Secrets | undefined;
}

/** Plays the attempts of one run, of its handler and of what takes them back, and writes each into the record. */
export class Player {
  readonly logbook = new Logbook();
  readonly memory = new Memory();
  readonly #options: PlayerOptions;
  #missed: Error | undefined;

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  async play(part: Part): Promise<Played> {
    const { record, patienceMs, tx, secrets = {} } = this.#options;
    const { action, role, type, meta, fault, clock, timeoutMs, expiresInMs, which, input } = part;
    const scheduledEventId = record.begin(type, input, meta, expiresInMs);
    const play = new AttemptPlay(clock, { timeoutMs, patienceMs }, fault);
    let staged: StagedAttempt | undefined;
    const stage = {
      ...{ action, role, meta, fault, tx, secrets, memory: this.memory },
      // A copy, as over the wire: what a function does to its input must not reach the next attempt.
      input: structuredClone(input),
      invocationId: record.invocationId,
      log: this.logbook.of(which),
    };
    const ending = await play.play((isInTime) => (staged = new StagedAttempt(stage, isInTime)));
    if (play.missed) this.#missed ??= missed(nameOf(which), play.missed);
    if (meta.step && clock.isCancelled && ending.status !== 'completed')
      record.add({ activityTaskCancelRequestedEventAttributes: { scheduledEventId } });
    this.#write(ending, scheduledEventId);
    return {
      ending,
      handlerInput: staged ? staged.handlerInput : input,
      lastHeartbeat: staged?.lastHeartbeat,
    };
  }

  /** Throws when a crash that the test asked for did not happen. */
  checkCrashes(): void {
    if (this.#missed) throw this.#missed;
  }

  #write(ending: Ending, scheduledEventId: EventId): void {
    const { record } = this.#options;
    switch (ending.status) {
      case 'completed': {
        const { status: _, ...report } = ending;
        return record.complete(scheduledEventId, packReport(report));
      }
      case 'failed': {
        const { calls } = ending;
        const failure = encodeFailure(ending.failure, calls.length > 0 ? { calls } : {});
        return void record.add({ activityTaskFailedEventAttributes: { scheduledEventId, failure } });
      }
      case 'timed_out': {
        const failure = encodeTimeout(ending.failure);
        return void record.add({ activityTaskTimedOutEventAttributes: { scheduledEventId, failure } });
      }
      case 'cancelled':
        return void record.add({ activityTaskCanceledEventAttributes: { scheduledEventId } });
    }
  }
}

export const toOutcome = (ending: Ending): AttemptOutcome =>
  ending.status === 'completed'
    ? ending
    : { status: 'failed', failure: ending.failure, error: ending.failure };

const nameOf = ({ step, attempt, compensationAttempt }: Part['which']): string => {
  const which =
    compensationAttempt === undefined
      ? `Attempt ${attempt}`
      : `Try ${compensationAttempt} to take attempt ${attempt} back`;
  return step === undefined ? which : `${step}: ${which}`;
};
