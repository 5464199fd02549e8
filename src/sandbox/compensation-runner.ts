import { sleep } from '@temporalio/workflow';
import type { AttemptEnvelope } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../core/loop.ts';
import { runAttemptActivity } from './attempt-activity.ts';
import { labelOf } from './attempt-runner.ts';
import type { ActivityFlow } from './flow.ts';

export interface CompensationPlan {
  /** The activity's type. */
  type: string;
  taskQueue: string;
  input: unknown;
  maximumAttempts: number;
  flow: ActivityFlow | undefined;
  /** `compensates` says what is taken back; the number of the try is added. */
  meta: Omit<AttemptEnvelope, 'attempt' | 'maximumAttempts'> & Required<Pick<AttemptEnvelope, 'compensates'>>;
  /** Resolves when the input may travel. */
  room: () => Promise<void> | undefined;
}

/** A compensation is the attempt loop once more, on another handler and without a deadline. */
export class CompensationRunner implements LoopPort {
  readonly #plan: CompensationPlan;

  constructor(plan: CompensationPlan) {
    this.#plan = plan;
  }

  now = (): number => Date.now();
  random = (): number => Math.random();
  // Its attempts are bounded by what one run can hold.
  isRecordFull = (): boolean => false;

  async sleep(ms: number, { nextAttempt, failure }: RetryPlan): Promise<void> {
    await sleep(ms, { summary: `${this.#describe(nextAttempt)} is next, after ${failure.type}` });
  }

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    const { type, taskQueue, input, meta, maximumAttempts, room, flow } = this.#plan;
    await room();
    const summary = this.#describe(plan.attempt);
    const own = { ...meta, attempt: plan.attempt, maximumAttempts };
    return await runAttemptActivity({ type, taskQueue, input, meta: own, plan, flow, summary });
  }

  #describe(attempt: number): string {
    const { maximumAttempts, meta } = this.#plan;
    return `${labelOf(meta.step)}compensation of attempt ${meta.compensates.attempt}: ${attempt} of ${maximumAttempts}`;
  }
}
