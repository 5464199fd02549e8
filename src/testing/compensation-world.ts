import type { AttemptEnvelope } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../core/loop.ts';
import type { AttemptClock } from './attempt.ts';
import type { Compensator } from './compensator.ts';
import type { FaultOf } from './faults.ts';
import type { Player } from './player.ts';
import { toOutcome } from './player.ts';
import type { TestRecord } from './record.ts';
import { labelOf } from './record.ts';
import { WITHOUT_JITTER } from './world.ts';

export interface CompensationOptions {
  compensator: Compensator;
  /** The activity's type. */
  type: string;
  input: unknown;
  meta: Omit<AttemptEnvelope, 'attempt' | 'maximumAttempts'> & Required<Pick<AttemptEnvelope, 'compensates'>>;
  faultOf: FaultOf;
  record: TestRecord;
  clock: AttemptClock;
  player: Player;
}

/** A compensation is the attempt loop once more, without a deadline and on a clock that knows no cancellation. */
export class CompensationWorld implements LoopPort {
  readonly waits: number[] = [];
  tries = 0;
  readonly #options: CompensationOptions;

  constructor(options: CompensationOptions) {
    this.#options = options;
  }

  now = (): number => this.#options.clock.now();
  random = (): number => WITHOUT_JITTER;
  isRecordFull = (): boolean => false;

  async sleep(ms: number, { nextAttempt, failure }: RetryPlan): Promise<void> {
    const { record, clock, meta, compensator } = this.#options;
    const what = `${labelOf(meta.step)}compensation of attempt ${meta.compensates.attempt}`;
    const next = `${nextAttempt} of ${compensator.policy.maximumAttempts}`;
    const summary = `${what}: ${next} is next, after ${failure.type}`;
    record.addTimer(ms, summary);
    await clock.until(clock.now() + ms);
    this.waits.push(ms);
  }

  async attempt({ attempt, timeoutMs }: AttemptPlan): Promise<AttemptOutcome> {
    const { compensator, type, input, meta, faultOf, clock, player } = this.#options;
    const { action, role, policy } = compensator;
    this.tries = attempt;
    const { ending } = await player.play({
      ...{ action, role, type, input, clock, timeoutMs },
      meta: { ...meta, attempt, maximumAttempts: policy.maximumAttempts },
      fault: faultOf(attempt),
      which: {
        attempt: meta.compensates.attempt,
        compensationAttempt: attempt,
        ...(meta.step && { step: meta.step.path }),
      },
    });
    return toOutcome(ending);
  }
}
