import type { AnyAction } from '../../core/definition.ts';
import { DoError, isDoError } from '../../core/errors.ts';
import type { Failure } from '../../core/failure.ts';
import { toFailure } from '../../core/failure.ts';
import type { LoopResult } from '../../core/loop.ts';
import { runAttempts } from '../../core/loop.ts';
import { failureHandlerName } from '../../core/on-failure.ts';
import { needsSettling } from '../../core/safety.ts';
import { stepError } from '../../core/step-error.ts';
import { overridden } from '../../core/step-policy.ts';
import type { StepMark } from '../../core/step.ts';
import { toTiming } from '../../core/timing.ts';
import { stepToken } from '../../core/token.ts';
import { deadlinePassed } from '../../core/wording.ts';
import type { LoopClock } from '../clock.ts';
import { compensatorOf } from '../compensator.ts';
import { releaseEnqueued } from '../enqueued.ts';
import { tellFailure } from '../notice.ts';
import type { Player } from '../player.ts';
import type { TestRecord } from '../record.ts';
import type { SettlementOptions } from '../settlement.ts';
import { TestSettlement } from '../settlement.ts';
import { toAttempts } from '../test-run.ts';
import { Cancelled, TestWorld } from '../world.ts';
import type { StepCall } from './asking.ts';
import type { Stage } from './stage.ts';
import { faultsOfAction, faultsOfCompensation } from './step-faults.ts';
import type { TestStep } from './workflow-run.ts';

/** The run whose step it is. */
export interface StepOwner {
  stage: Stage;
  /** Of the workflow. */
  name: string;
  record: TestRecord;
  clock: LoopClock;
  player: Player;
  /** When the workflow's own deadline ends everything; `Infinity` without one. */
  endsAt: number;
}

/** A step that is an action: its attempt loop, and what takes it back. */
export class ActionStep {
  readonly #call: StepCall;
  readonly #around: SettlementOptions & { policy: AnyAction['policy'] };
  readonly #world: TestWorld;
  readonly #settlements: TestSettlement[] = [];
  #end: Pick<TestStep, 'status' | 'output' | 'error'> = { status: 'cancelled', output: null, error: null };
  #isCompensated = false;

  constructor(action: AnyAction, call: StepCall, owner: StepOwner) {
    const { stage, name, record, clock, player, endsAt } = owner;
    checkTransaction(action, stage);
    const { path, seq, input, options } = call;
    const { safety } = action;
    const { policy } = overridden({ ...action, safety: safety ?? {}, queue: 'test' }, options);
    const step: StepMark = { path, seq, ...(safety && { safety }) };
    const compensator = compensatorOf(action, stage.cast.compensating(action));
    const faults = stage.faults.of(call);
    const tokenOf = ({ epoch }: { epoch: number }) => stepToken(name, record.firstRunId, path, epoch);
    const shared = { action, input, record, clock, player, policy, tokenOf, step };
    this.#onFailure = failureHandlerName(options.onFailure, `the step "${path}"`) ?? action.onFailure;
    this.#call = call;
    this.#world = new TestWorld({ ...shared, endsAt, faultOf: faultsOfAction(faults, path, action, policy) });
    this.#around = { ...shared, compensator, faultOf: faultsOfCompensation(faults, path, compensator) };
  }

  get canBeTakenBack(): boolean {
    return this.#end.status === 'completed' && this.#around.action.safety?.compensate !== undefined;
  }

  get path(): string {
    return this.#call.path;
  }

  /** Its output; what a handler is told otherwise is thrown. */
  async run(): Promise<unknown> {
    try {
      const output = await this.#run();
      this.#end = { status: 'completed', output: output ?? null, error: null };
      return output;
    } catch (error) {
      if (!(error instanceof Cancelled)) this.#end = endedBy(error);
      throw error;
    }
  }

  async #run(): Promise<unknown> {
    const { action, policy, clock, record } = this.#around;
    const { path, options } = this.#call;
    const { delayMs, deadlineMs } = toTiming(options);
    const deadlineAt = deadlineMs === undefined ? undefined : clock.now() + deadlineMs;
    if (delayMs !== undefined) {
      record.addTimer(delayMs, `${path}: delay`);
      if (await clock.sleep(delayMs)) throw new Cancelled();
    }
    const settlement = needsSettling(action.safety) ? this.#settlement() : undefined;
    const result = await runAttempts(this.#world, policy, { deadlineAt, settlement });
    if (result.status === 'continued') throw new Error('A step never continues in another run.');
    if (result.status !== 'completed') throw this.#failed(result);
    this.#enqueued.push(...releaseEnqueued(record, result.enqueued ?? []));
    return result.output;
  }

  #failed(result: Extract<LoopResult, { attempts: number }>): DoError {
    const { action, input, record, tokenOf } = this.#around;
    const { attempts } = result;
    const failure = result.status === 'failed' ? result.failure : deadlinePassed(attempts, result.failure);
    const token = tokenOf({ epoch: 0 });
    const failed = { name: action.name, input, failure, attempts, token };
    this.#enqueued.push(...tellFailure(record, this.#onFailure, failed));
    if (failure.code === 'COMPENSATION_FAILED') this.remaining = failure;
    return stepError(action.name, result);
  }

  readonly #enqueued: TestStep['enqueued'] = [];
  readonly #onFailure: string | undefined;
  /** Why it failed and could not be taken back. */
  remaining: Failure | undefined;

  /** Takes the completed step back; gives why that failed. */
  async compensate(failure: Failure): Promise<Failure | undefined> {
    const { attempt = 1, epoch = 0 } = this.#world.last ?? {};
    const settlement = this.#settlement(this.#end.output);
    const outcome = await settlement.compensate({ attempt, epoch, failure });
    this.#isCompensated = outcome.status === 'completed';
    return outcome.status === 'failed' ? outcome.failure : undefined;
  }

  #settlement(output?: unknown): TestSettlement {
    const settlement = new TestSettlement({ ...this.#around, output });
    this.#settlements.push(settlement);
    return settlement;
  }

  get told(): TestStep {
    const { name, path, seq, input } = this.#call;
    const attempts = toAttempts(this.#world);
    return {
      ...{ path, seq, name, kind: 'action', input, attempts },
      ...this.#end,
      tokens: [...new Set(attempts.map(({ idempotencyKey }) => idempotencyKey))],
      waits: this.#world.waits,
      compensated: this.#isCompensated,
      compensations: this.#settlements.flatMap(({ compensations }) => compensations),
      enqueued: [...this.#settlements.flatMap(({ enqueued }) => enqueued), ...this.#enqueued],
      run: null,
    };
  }
}

/** Of the cause, which is what the handler of the step threw. */
export function endedBy(error: unknown): Pick<TestStep, 'status' | 'output' | 'error'> {
  const code = isDoError(error) ? error.code : 'INVOCATION_FAILED';
  const { type, message } = toFailure((error as Error).cause ?? error);
  const status = code === 'INVOCATION_TIMED_OUT' ? 'timed_out' : 'failed';
  return { status, output: null, error: { code, type, message } };
}

function checkTransaction({ name, safety }: AnyAction, { cast, tx }: Stage): void {
  if (safety?.transactional !== true || cast.isReplaced(name) || tx !== undefined) return;
  throw new DoError(
    'DEFINITION_INVALID',
    `Action "${name}" is transactional, and a test without servers has no database. Replace it in \`actions\`, or pass \`tx\`, an object with a \`query\` method in place of the transaction.`,
  );
}
