import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort } from '../core/loop.ts';
import { invocationToken } from '../core/token.ts';
import type { TestClock } from './clock.ts';
import type { FaultOf } from './faults.ts';
import type { Player } from './player.ts';
import { toOutcome } from './player.ts';
import type { TestRecord } from './record.ts';
import { TEST_CALLER, toDuration } from './record.ts';

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
  clock: TestClock;
  player: Player;
}

/** The attempt loop's port without a server: waits pass at once, on the clock of the record. */
export class TestWorld implements LoopPort {
  readonly seen: Seen[] = [];
  readonly waits: number[] = [];
  readonly #options: WorldOptions;
  #lastHeartbeat: unknown;

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  now = (): number => this.#options.clock.now();
  random = (): number => WITHOUT_JITTER;
  isRecordFull = (): boolean => false;

  async sleep(ms: number): Promise<void> {
    const { record, clock } = this.#options;
    // Cancelled while the attempt before was taken back.
    if (clock.isCancelled) throw new Cancelled();
    record.add({ timerStartedEventAttributes: { startToFireTimeout: toDuration(ms) } });
    const before = this.now();
    clock.moveTo(Math.min(before + ms, clock.cancelAt ?? Infinity));
    this.waits.push(this.now() - before);
    if (this.now() !== clock.cancelAt) return;
    clock.requestCancel();
    throw new Cancelled();
  }

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    const { action, input, faultOf, clock, player } = this.#options;
    const { attempt, timeoutMs } = plan;
    const meta = this.#meta(plan);
    const fault = faultOf(attempt);
    const part = { action, role: 'handler', type: action.name, input, meta, fault } as const;
    const played = await player.play({ ...part, clock, timeoutMs, which: { attempt } });
    const { ending, handlerInput, lastHeartbeat } = played;
    this.#lastHeartbeat = lastHeartbeat ?? this.#lastHeartbeat;
    this.seen.push({
      input: handlerInput,
      idempotencyKey: meta.token,
      lastHeartbeat: lastHeartbeat ?? null,
    });
    if (ending.status !== 'completed' && clock.isCancelled) throw new Cancelled();
    return toOutcome(ending);
  }

  #meta({ attempt, epoch }: AttemptPlan): AttemptEnvelope {
    const { action, record } = this.#options;
    const { firstRunId } = record;
    return {
      attempt,
      maximumAttempts: action.policy.maximumAttempts,
      token: invocationToken(action.name, firstRunId, epoch),
      firstRunId,
      version: action.version,
      caller: TEST_CALLER,
      ...(this.#lastHeartbeat !== undefined && { lastHeartbeat: this.#lastHeartbeat }),
    };
  }
}
