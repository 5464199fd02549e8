import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { COMPENSATE, SEAL } from '../core/envelope.ts';
import type { InvocationError } from '../core/invocation.ts';
import { runAttempts } from '../core/loop.ts';
import type { Safety } from '../core/safety.ts';
import type {
  CompensationOutcome,
  FailedAttempt,
  OpenAttempt,
  SealOutcome,
  Settlement,
} from '../core/settle.ts';
import type { StepMark } from '../core/step.ts';
import type { LoopClock } from './clock.ts';
import type { Compensator } from './compensator.ts';
import { CompensationWorld } from './compensation-world.ts';
import type { TestEnqueued } from './enqueued.ts';
import { releaseEnqueued } from './enqueued.ts';
import type { FaultOf } from './faults.ts';
import type { Player } from './player.ts';
import type { TestRecord } from './record.ts';
import { TEST_CALLER } from './record.ts';

/** How one attempt was taken back. */
export interface TestCompensation {
  /** The attempt; 1 is the first. */
  attempt: number;
  /** How often it was tried. */
  tries: number;
  /** `failed`: for good, so that the invocation closed with `COMPENSATION_FAILED`. */
  outcome: 'completed' | 'failed';
  /** Why the last try failed; null where it completed. */
  error: InvocationError | null;
  /** The token of the attempt: what `compensate` had as `ctx.idempotencyKey`. */
  idempotencyKey: string;
  /** The waits between the tries, in milliseconds on the test's clock; without jitter. */
  waits: number[];
}

export interface SettlementOptions {
  action: AnyAction;
  input: unknown;
  /** Of an attempt that completed and is taken back all the same. Default: null. */
  output?: unknown;
  /** Undefined where nothing takes an attempt back. */
  compensator: Compensator | undefined;
  faultOf: FaultOf;
  record: TestRecord;
  clock: LoopClock;
  player: Player;
  tokenOf: (open: { epoch: number }) => string;
  /** Of a workflow: which step it is. */
  step?: StepMark;
}

/** As sandbox/settlement.ts, without a server: the steps are in the record, and none of them can be cancelled. */
export class TestSettlement implements Settlement {
  readonly safety: Safety;
  readonly compensations: TestCompensation[] = [];
  /** What the compensations started. */
  readonly enqueued: TestEnqueued[] = [];
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.safety = options.action.safety ?? {};
  }

  async seal(open: OpenAttempt): Promise<SealOutcome> {
    const { action, record, player } = this.#options;
    const meta = { attempt: open.attempt, maximumAttempts: 1, ...this.#meta(open) };
    const scheduledEventId = record.begin(action.name + SEAL, null, meta);
    const sealed = player.memory.seal(meta.token, open.attempt);
    record.complete(scheduledEventId, sealed);
    return sealed;
  }

  async compensate(failed: FailedAttempt): Promise<CompensationOutcome> {
    const { action, input, output = null, faultOf, record, clock, player } = this.#options;
    const { attempt, failure } = failed;
    const { code, type, message } = failure;
    const compensates = { attempt, output, error: { code, type, message } };
    const compensator = this.#options.compensator!;
    const isOwn = compensator.role === 'compensate';
    const meta = { ...this.#meta(failed), compensates };
    const world = new CompensationWorld({
      ...{ compensator, faultOf, record, player, meta, clock: clock.nonCancellable },
      type: isOwn ? action.name + COMPENSATE : compensator.action.name,
      input: isOwn ? input : { input, ...compensates },
    });
    const result = await runAttempts(world, compensator.policy);
    const told = { attempt, tries: world.tries, idempotencyKey: meta.token, waits: world.waits };
    if (result.status === 'completed') {
      this.enqueued.push(...releaseEnqueued(record, result.enqueued ?? []));
      this.compensations.push({ ...told, outcome: 'completed', error: null });
      return { status: 'completed' };
    }
    if (result.status !== 'failed')
      throw new Error(`A compensation has no deadline, yet it ${result.status}.`);
    const last = result.failure;
    const error = { code: last.code, type: last.type, message: last.message };
    this.compensations.push({ ...told, outcome: 'failed', error });
    return { status: 'failed', failure: last, error: result.error };
  }

  #meta(open: OpenAttempt): Omit<AttemptEnvelope, 'attempt' | 'maximumAttempts'> {
    const { action, record, tokenOf, step } = this.#options;
    const { firstRunId } = record;
    const own = { token: tokenOf(open), firstRunId, version: action.version, caller: TEST_CALLER };
    return { ...own, ...(step && { step }) };
  }
}
