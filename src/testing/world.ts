import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import type { AttemptOutcome, AttemptPlan, LoopPort } from '../core/loop.ts';
import { invocationToken } from '../core/token.ts';
import { AttemptPlay } from './attempt.ts';
import type { AttemptClock, Ending } from './attempt.ts';
import type { Faults } from './faults.ts';
import { Logbook } from './logbook.ts';
import type { EventId, TestRecord } from './record.ts';
import { encode, encodeFailure, encodeTimeout, toDuration } from './record.ts';
import { StagedAttempt } from './staged.ts';

/** Passes through the loop, as Temporal's cancellation does. */
export class Cancelled extends Error {}

/** What the record does not hold: what the handler saw and said. */
export interface Seen {
  input: unknown;
  idempotencyKey: string;
  lastHeartbeat: unknown;
}

/** The attempt loop's port without a server: waits pass at once, on the clock of the record. */
export class TestWorld implements LoopPort, AttemptClock {
  readonly seen: Seen[] = [];
  readonly waits: number[] = [];
  readonly logbook = new Logbook();
  readonly #action: AnyAction;
  readonly #input: unknown;
  readonly #faults: Faults;
  readonly #record: TestRecord;
  #cancelAt: number | undefined;
  #isCancelled = false;
  #lastHeartbeat: unknown;

  constructor(action: AnyAction, input: unknown, faults: Faults, record: TestRecord) {
    this.#action = action;
    this.#input = input;
    this.#faults = faults;
    this.#record = record;
    const { cancelAfterMs } = faults;
    this.#cancelAt = cancelAfterMs === undefined ? undefined : record.now() + cancelAfterMs;
  }

  now = (): number => this.#record.now();
  moveTo = (time: number): void => this.#record.moveTo(time);
  isRecordFull = (): boolean => false;

  /** The end of the jitter's range at which a wait is as long as the policy says, so that a test can name it. */
  random = (): number => 1 - Number.EPSILON;

  get cancelAt(): number | undefined {
    return this.#cancelAt;
  }

  requestCancel(): void {
    this.#cancelAt = undefined;
    this.#isCancelled = true;
    this.#record.add({ workflowExecutionCancelRequestedEventAttributes: {} });
  }

  async sleep(ms: number): Promise<void> {
    this.#record.add({ timerStartedEventAttributes: { startToFireTimeout: toDuration(ms) } });
    const before = this.now();
    this.moveTo(Math.min(before + ms, this.#cancelAt ?? Infinity));
    this.waits.push(this.now() - before);
    if (this.now() !== this.#cancelAt) return;
    this.requestCancel();
    throw new Cancelled();
  }

  async attempt({ attempt, timeoutMs }: AttemptPlan): Promise<AttemptOutcome> {
    const meta = this.#meta(attempt);
    const scheduledEventId = this.#record.add({
      activityTaskScheduledEventAttributes: { input: encode(this.#input, meta) },
    });
    this.#record.add({ activityTaskStartedEventAttributes: { scheduledEventId, identity: 'test' } });
    const ending = await this.#play(meta, timeoutMs);
    this.#write(ending, scheduledEventId);
    if (ending.status === 'completed') return ending;
    if (this.#isCancelled) throw new Cancelled();
    return { status: 'failed', failure: ending.failure, error: undefined };
  }

  async #play(meta: AttemptEnvelope, timeoutMs: number): Promise<Ending> {
    const faults = this.#faults.of(meta.attempt);
    const play = new AttemptPlay(this, { timeoutMs, patienceMs: this.#faults.patienceMs }, faults);
    let staged: StagedAttempt | undefined;
    const begin = () =>
      (staged = new StagedAttempt({
        action: this.#action,
        // A copy, as over the wire: what a handler does to its input must not reach the next attempt.
        input: structuredClone(this.#input),
        meta,
        invocationId: this.#record.invocationId,
        log: this.logbook.of(meta.attempt),
        error: faults.error,
      }));
    const ending = await play.play(begin);
    const { handlerInput: input = this.#input, lastHeartbeat } = staged ?? {};
    this.#lastHeartbeat = lastHeartbeat ?? this.#lastHeartbeat;
    this.seen.push({ input, idempotencyKey: meta.token, lastHeartbeat: lastHeartbeat ?? null });
    return ending;
  }

  #write(ending: Ending, scheduledEventId: EventId): void {
    switch (ending.status) {
      case 'completed': {
        const result = encode(ending.output);
        this.#record.add({ activityTaskCompletedEventAttributes: { scheduledEventId, result } });
        return;
      }
      case 'failed': {
        const failure = encodeFailure(ending.failure);
        this.#record.add({ activityTaskFailedEventAttributes: { scheduledEventId, failure } });
        return;
      }
      case 'timed_out': {
        const failure = encodeTimeout(ending.failure);
        this.#record.add({ activityTaskTimedOutEventAttributes: { scheduledEventId, failure } });
        return;
      }
      case 'cancelled':
        this.#record.add({ activityTaskCanceledEventAttributes: { scheduledEventId } });
    }
  }

  #meta(attempt: number): AttemptEnvelope {
    const { name, version, policy } = this.#action;
    const { firstRunId } = this.#record;
    return {
      attempt,
      maximumAttempts: policy.maximumAttempts,
      token: invocationToken(name, firstRunId),
      firstRunId,
      version,
      ...(this.#lastHeartbeat !== undefined && { lastHeartbeat: this.#lastHeartbeat }),
    };
  }
}
