import type { Failure } from '../../src/core/failure.ts';
import type { AttemptOutcome, LoopPort } from '../../src/core/loop.ts';
import { runAttempts } from '../../src/core/loop.ts';
import type { AttemptPolicy } from '../../src/core/policy.ts';
import { needsSeal } from '../../src/core/safety.ts';
import type { Safety } from '../../src/core/safety.ts';
import type {
  CompensationOutcome,
  FailedAttempt,
  OpenAttempt,
  SealOutcome,
  Settlement,
} from '../../src/core/settle.ts';
import { ActivityError, compensation } from './activities.ts';
import type { LoopHost } from './loop-host.ts';
import type { Plan } from './plan.ts';
import type { Row } from './store.ts';
import type { Heard, Run, World } from './world.ts';

export const policyOf = (maximumAttempts: number): AttemptPolicy => ({
  maximumAttempts,
  initialIntervalMs: 1_000,
  backoffCoefficient: 2,
  maximumIntervalMs: 60_000,
  nonRetryableErrorTypes: [],
  timeoutMs: 1_000,
});

export const safetyOf = ({ level, maximumCompensations }: Plan): Safety => ({
  ...((level === 'transactional' || level === 'both') && { transactional: true }),
  ...((level === 'compensated' || level === 'both') && {
    compensate: { policy: policyOf(maximumCompensations) },
  }),
});

/** How an activity ended, in the words of the loop. */
export function toOutcome(heard: Exclude<Heard<unknown>, { status: 'heard' }>): AttemptOutcome {
  const error = heard.status === 'threw' ? heard.error : new ActivityError('WorkerLost', false);
  const nonRetryable = error instanceof ActivityError && error.isFinal;
  const { message } = error as Error;
  const failure: Failure = { code: 'INVOCATION_FAILED', type: message, message, nonRetryable };
  return { status: 'failed', failure, error };
}

const AWAY_MS = 500;

/** As src/sandbox/settlement.ts: seals and compensates by activities that no cancellation reaches. */
export class ModelSettlement implements Settlement {
  readonly safety: Safety;
  readonly #world: World;
  readonly #host: LoopHost;
  readonly #run: Run;
  readonly #tokenOf: (open: OpenAttempt) => string;

  constructor(world: World, host: LoopHost, run: Run, tokenOf: (open: OpenAttempt) => string) {
    this.safety = safetyOf(world.plan);
    this.#world = world;
    this.#host = host;
    this.#run = run;
    this.#tokenOf = tokenOf;
  }

  /** As outside `CancellationScope.nonCancellable`. */
  get #isCancellable(): boolean {
    return this.#world.without === 'a cancelled invocation is not settled';
  }

  async seal(open: OpenAttempt): Promise<SealOutcome> {
    const token = this.#tokenOf(open);
    const { without } = this.#world;
    if (without === 'compensation comes before the seal') await this.#compensate(open);
    const perform = (limit?: number) => this.#sealUntilHeard(token, limit);
    const row = await this.#host.call({
      name: 'seal',
      args: token,
      isCancellable: this.#isCancellable,
      perform,
    });
    if (row.state === 'sealed' || without === 'what the seal found is ignored') return { status: 'sealed' };
    this.#world.seen.add('a commit of which nobody heard is found by the seal');
    return { status: 'committed', output: row.output, committedBy: row.attempt };
  }

  async compensate(failed: FailedAttempt): Promise<CompensationOutcome> {
    const { without } = this.#world;
    if (without === 'compensation is skipped') return { status: 'completed' };
    const outcome =
      without === 'compensation comes before the seal' && needsSeal(this.safety)
        ? ({ status: 'completed' } as const)
        : await this.#compensate(failed);
    if (outcome.status === 'completed') this.#run.isTakenBack = true;
    return without === 'a compensation that failed finally is told as done'
      ? { status: 'completed' }
      : outcome;
  }

  async #compensate(open: OpenAttempt): Promise<CompensationOutcome> {
    const token = this.#tokenOf(open);
    const port: LoopPort = {
      attempt: ({ attempt, timeoutMs }) =>
        this.#host.call({
          name: 'compensate',
          args: [token, attempt],
          isCancellable: this.#isCancellable,
          perform: (limit) =>
            this.#tryToCompensate(token, attempt, { timeoutMs, ...(limit !== undefined && { limit }) }),
        }),
      sleep: (ms) =>
        this.#host.call({
          name: 'sleep',
          args: ms,
          isCancellable: this.#isCancellable,
          perform: () => this.#sleep(ms),
        }),
      now: this.#host.now,
      random: this.#host.random,
      isRecordFull: () => false,
    };
    const result = await runAttempts(port, this.safety.compensate!.policy);
    if (result.status === 'completed') return { status: 'completed' };
    this.#world.seen.add('a compensation fails finally');
    if (result.status === 'failed') return { status: 'failed', failure: result.failure, error: result.error };
    throw new Error(`A compensation has no deadline, yet it ${result.status}.`);
  }

  /** However long the store is away. Temporal repeats the activity, with no regard to tries of which it did not hear. */
  #sealUntilHeard(token: string, limit?: number): Row {
    for (;;) {
      const world = this.#world;
      const fate = world.fateOf('seals');
      const steps = world.store.seal(token);
      if (world.without === 'a failure is told before the seal') {
        world.leaveBehind(steps, [9]);
        return { state: 'sealed' };
      }
      const heard = world.perform(world.newId(), steps, fate, limit === undefined ? {} : { limit });
      if (heard.status === 'heard') return heard.value;
      if (limit !== undefined) return { state: 'sealed' };
      world.seen.add('a seal is repeated');
      world.now += AWAY_MS;
    }
  }

  #tryToCompensate(
    token: string,
    attempt: number,
    bounds: { timeoutMs: number; limit?: number },
  ): AttemptOutcome {
    const world = this.#world;
    if (needsSeal(this.safety)) {
      const isSealed = world.store.rows.get(token)?.state === 'sealed';
      world.expect(isSealed, 'a compensation runs after the seal, and never for what is committed');
    }
    world.expect(!this.#run.heardComplete.has(token), 'an attempt that completed is not compensated');
    if (attempt > 1) world.seen.add('a compensation is repeated');
    if (bounds.limit !== undefined) world.seen.add('a run is terminated amid a compensation');
    const begun = { world, token, id: world.newId(), attempt, fate: world.fateOf('compensations') };
    const heard = world.perform(begun.id, compensation(begun), begun.fate, bounds);
    return heard.status === 'heard' ? { status: 'completed', output: null } : toOutcome(heard);
  }

  #sleep(ms: number): void {
    this.#world.tick();
    this.#world.now += ms;
  }
}
