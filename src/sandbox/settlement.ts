import { CancellationScope, log, metricMeter, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Room } from './gate.ts';
import type { AttemptEnvelope, InvocationEnvelope, RecallPlan } from '../core/envelope.ts';
import { COMPENSATE, SEAL } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { runAttempts } from '../core/loop.ts';
import type { Safety } from '../core/safety.ts';
import type {
  CompensationOutcome,
  FailedAttempt,
  OpenAttempt,
  SealOutcome,
  Settlement,
} from '../core/settle.ts';
import type { CalledWorkflow, StepMark } from '../core/step.ts';
import { labelOf } from './attempt-runner.ts';
import { CompensationRunner } from './compensation-runner.ts';
import { releaseEnqueued } from './enqueued.ts';
import { activityFlow } from './flow.ts';
import { bytesOf } from './size.ts';

/** Long enough for the store to end whoever holds the token. */
const SEAL_TIMEOUT_MS = 30_000;
/** An activity's arguments may have 2 MiB together, and input and output of a step 1 MiB each. */
const MOST_BYTES = 1_500_000;

export interface Settled {
  /** The action's name. */
  name: string;
  input: unknown;
  /** Of an attempt that completed and is taken back all the same. Default: null. */
  output?: unknown;
  step?: StepMark | undefined;
  envelope: Pick<
    InvocationEnvelope,
    'safety' | 'flow' | 'queue' | 'compensationQueue' | 'version' | 'caller'
  >;
  tokenOf: (open: OpenAttempt) => string;
  firstRunId: string;
  /** Where input and output are on record, should they be too large to travel once more. */
  recall?: RecallPlan | undefined;
  /** True: they are not here at all. */
  isElsewhere?: boolean | undefined;
  /** Of a step that is a workflow. */
  called?: CalledWorkflow;
  /** Resolves when something of that size may travel. */
  room?: Room | undefined;
}

/** Seals and compensates by activities. A cancelled invocation is settled all the same. */
export class ActivitySettlement implements Settlement {
  readonly safety: Safety;
  readonly #settled: Settled;

  constructor(settled: Settled) {
    this.#settled = settled;
    this.safety = settled.envelope.safety ?? {};
  }

  seal(open: OpenAttempt): Promise<SealOutcome> {
    const { name, envelope } = this.#settled;
    const activities = proxyActivities({
      // Any worker can seal, and a failure must not wait until the rate of its action allows it to be told.
      taskQueue: envelope.flow?.rateLimit ? workflowInfo().taskQueue : envelope.queue,
      startToCloseTimeout: SEAL_TIMEOUT_MS,
      // However long the store is away: a failure that is told before could still become a success.
      retry: { initialInterval: 500, maximumInterval: 10_000 },
      summary: `${labelOf(this.#settled.step)}seal the token of attempt ${open.attempt}`,
    });
    const meta: AttemptEnvelope = { attempt: open.attempt, maximumAttempts: 1, ...this.#meta(open) };
    return CancellationScope.nonCancellable(
      () => activities[name + SEAL]!(null, meta) as Promise<SealOutcome>,
    );
  }

  compensate(failed: FailedAttempt): Promise<CompensationOutcome> {
    return CancellationScope.nonCancellable(() => this.#compensate(failed));
  }

  async #compensate(failed: FailedAttempt): Promise<CompensationOutcome> {
    const { name, envelope } = this.#settled;
    const { policy, action, flow } = this.safety.compensate!;
    const { input, output, bytes, ...recall } = this.#carried(action === undefined ? 1 : 2);
    const { attempt, failure } = failed;
    const compensates = { attempt, output, error: errorOf(failure) };
    const given = action === undefined ? input : { input, ...compensates };
    const runner = new CompensationRunner({
      type: action ?? name + COMPENSATE,
      taskQueue: envelope.compensationQueue ?? envelope.queue,
      input: given,
      maximumAttempts: policy.maximumAttempts,
      flow: activityFlow(flow, given),
      meta: { ...this.#meta(failed), compensates, ...recall },
      room: () => this.#settled.room?.(bytes),
    });
    const result = await runAttempts(runner, policy);
    if (result.status === 'completed') {
      await releaseEnqueued(result);
      return { status: 'completed' };
    }
    if (result.status !== 'failed')
      throw new Error(`A compensation has no deadline, yet it ${result.status}.`);
    this.#beLoud(result.failure);
    return { status: 'failed', failure: result.failure, error: result.error };
  }

  /** What travels to the compensation; the output as often as its arguments hold it. */
  #carried(copies: number): { input: unknown; output: unknown; bytes: number; recall?: RecallPlan } {
    const { input, output = null, recall, isElsewhere } = this.#settled;
    if (isElsewhere && recall) return { input: null, output: null, bytes: 0, recall };
    const bytes = this.#settled.room || recall ? bytesOf(input) + copies * bytesOf(output) : 0;
    if (!recall || bytes <= MOST_BYTES) return { input, output, bytes };
    return { input: null, output: null, bytes: 0, recall };
  }

  #beLoud(failure: Failure): void {
    const { name } = this.#settled;
    const unit = 'compensations';
    const meaning = 'Compensations that failed finally: effects may remain.';
    metricMeter.createCounter('do_compensation_failed', unit, meaning).add(1, { action: name });
    log.error(`COMPENSATION_FAILED: ${name}: ${failure.type}: ${failure.message}`);
  }

  #meta(open: OpenAttempt): Omit<AttemptEnvelope, 'attempt' | 'maximumAttempts'> {
    const { envelope, tokenOf, firstRunId, step, called } = this.#settled;
    const { version, caller } = envelope;
    const own = { token: tokenOf(open), firstRunId, version, caller };
    return { ...own, ...(step && { step }), ...(called && { called }) };
  }
}

const errorOf = ({ code, type, message }: Failure) => ({ code, type, message });
