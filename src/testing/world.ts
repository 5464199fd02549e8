import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort, RetryPlan } from '../core/loop.ts';
import type { AttemptPolicy } from '../core/policy.ts';
import type { StepMark } from '../core/step.ts';
import type { Ending } from './attempt.ts';
import type { LoopClock } from './clock.ts';
import type { FaultOf } from './faults.ts';
import type { Player } from './player.ts';
import { toOutcome } from './player.ts';
import type { TestRecord } from './record.ts';
import { labelOf, TEST_CALLER } from './record.ts';

/** Passes through the loop, as Temporal's cancellation does. */
export class Cancelled extends Error {}

/** The end of the jitter's range at which a wait is as long as the policy says, so that a test can name it. */
export const WITHOUT_JITTER = 1 - Number.EPSILON;

/** What the record does not hold: what the handler saw and said. */
export interface Seen {
  input: unknown;
  idempotencyKey: string;
  lastHeartbeat: unknown;
}

export interface WorldOptions {
  action: AnyAction;
  input: unknown;
  faultOf: FaultOf;
  record: TestRecord;
  clock: LoopClock;
  player: Player;
  policy: AttemptPolicy;
  tokenOf: (open: { epoch: number }) => string;
  /** Of a workflow: which step it is. */
  step?: StepMark;
  /** Of a workflow: when its own deadline ends every attempt. */
  endsAt?: number | undefined;
}

/** The attempt loop's port without a server: waits pass at once, on the clock of the record. */
export class TestWorld implements LoopPort {
  readonly seen: Seen[] = [];
  readonly waits: number[] = [];
  /** How each ended, in the order of `seen`. */
  readonly played: { ending: Ending; startedAt: number; closedAt: number }[] = [];
  /** The last attempt that was begun. */
  last: AttemptPlan | undefined;
  readonly #options: WorldOptions;
  #lastHeartbeat: unknown;

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  now = (): number => this.#options.clock.now();
  random = (): number => WITHOUT_JITTER;
  isRecordFull = (): boolean => false;

  async sleep(ms: number, { nextAttempt, failure }: RetryPlan): Promise<void> {
    const { record, clock, policy, step } = this.#options;
    // Cancelled while the attempt before was taken back.
    if (clock.isCancelled) throw new Cancelled();
    const next = `attempt ${nextAttempt} of ${policy.maximumAttempts} is next`;
    record.addTimer(ms, `${labelOf(step)}${next}, after ${failure.type}`);
    const before = this.now();
    const isCut = await clock.sleep(ms);
    this.waits.push(this.now() - before);
    if (isCut) throw new Cancelled();
  }

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    const { action, input, faultOf, clock, player, step, endsAt = Infinity } = this.#options;
    const { attempt, expiresInMs } = plan;
    const timeoutMs = Math.min(plan.timeoutMs, Math.max(1, endsAt - this.now()));
    const meta = this.#meta(plan);
    const fault = faultOf(attempt);
    const part = { action, role: 'handler', type: action.name, input, meta, fault } as const;
    this.last = plan;
    const startedAt = this.now();
    const which = { attempt, ...(step && { step: step.path }) };
    const played = await player.play({ ...part, clock, timeoutMs, expiresInMs, which });
    const { ending, handlerInput, lastHeartbeat } = played;
    this.#lastHeartbeat = lastHeartbeat ?? this.#lastHeartbeat;
    this.seen.push({
      input: handlerInput,
      idempotencyKey: meta.token,
      lastHeartbeat: lastHeartbeat ?? null,
    });
    this.played.push({ ending, startedAt, closedAt: this.now() });
    if (ending.status !== 'completed' && clock.isCancelled) throw new Cancelled();
    return toOutcome(ending);
  }

  #meta({ attempt, epoch }: AttemptPlan): AttemptEnvelope {
    const { action, record, policy, tokenOf, step } = this.#options;
    return {
      attempt,
      maximumAttempts: policy.maximumAttempts,
      token: tokenOf({ epoch }),
      firstRunId: record.firstRunId,
      version: action.version,
      caller: TEST_CALLER,
      ...(step && { step }),
      ...(this.#lastHeartbeat !== undefined && { lastHeartbeat: this.#lastHeartbeat }),
    };
  }
}
