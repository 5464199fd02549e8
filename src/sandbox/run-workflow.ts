import {
  CancellationScope,
  CancelledFailure,
  condition,
  ContinueAsNew,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { WorkflowEnvelope } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import { registeredWorkflow } from '../core/registry.ts';
import { invocationToken } from '../core/token.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import type { AnyWorkflow } from '../core/workflow-definition.ts';
import { tellFailure } from './failure-notice.ts';
import type { HandlerParts } from './handler-parts.ts';
import { handlerParts } from './handler-parts.ts';
import { encodeFailures } from './encoded-failures.ts';
import { settlePredecessor } from './predecessor.ts';
import type { Remaining } from '../core/workflow-end.ts';
import { Steps } from './steps.ts';
import { Strays } from './strays.ts';
import {
  compensationFailed,
  deadlineReached,
  invocationCancelled,
  stepsNotAwaited,
  Verdict,
} from '../core/workflow-end.ts';
import { failureOf } from './workflow-end.ts';
import { workflowFailure } from './workflow-failure.ts';

/** What a bundle of `.do` workflows runs for every workflow type: the handler of that name. */
export async function runWorkflow(input: unknown, envelope: WorkflowEnvelope): Promise<unknown> {
  encodeFailures();
  return await new WorkflowRun(input, envelope).execute();
}

class WorkflowRun {
  readonly #input: unknown;
  readonly #envelope: WorkflowEnvelope;
  readonly #steps: Steps;
  readonly #parts: HandlerParts;
  /** What the handler does; cancelled with the invocation, at the deadline, and once the handler has failed. */
  readonly #scope = new CancellationScope();
  readonly #deadlineAt: number | undefined;
  #isLate = false;
  #hasEnded = false;

  constructor(input: unknown, envelope: WorkflowEnvelope) {
    const { caller, deadlineMs, resume } = envelope;
    this.#input = input;
    this.#envelope = envelope;
    this.#deadlineAt =
      resume?.deadlineAt ??
      (deadlineMs === undefined ? undefined : workflowInfo().startTime.getTime() + deadlineMs);
    this.#steps = new Steps(caller, this.#deadlineAt);
    this.#parts = handlerParts({ input, envelope, steps: this.#steps, deadlineAt: this.#deadlineAt });
  }

  async execute(): Promise<unknown> {
    const timer = new CancellationScope();
    try {
      await this.#settlePredecessor();
      if (this.#deadlineAt !== undefined) void timer.run(() => this.#watchDeadline()).catch(() => undefined);
      return await this.#runHandler();
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      timer.cancel();
      return await this.#fail(error);
    } finally {
      timer.cancel();
    }
  }

  async #settlePredecessor(): Promise<void> {
    const { predecessor } = this.#envelope;
    try {
      await settlePredecessor({ predecessor, queue: workflowInfo().taskQueue });
    } catch (error) {
      throw isCancellation(error) ? error : new Verdict(error);
    }
  }

  async #watchDeadline(): Promise<void> {
    await sleep(Math.max(1, this.#deadlineAt! - Date.now()), { summary: 'deadline' });
    this.#isLate = true;
    this.#scope.cancel();
  }

  async #runHandler(): Promise<unknown> {
    const { workflowType: name } = workflowInfo();
    const workflow = registeredWorkflow(name);
    if (!workflow) throw new DoError('WORKFLOW_NOT_FOUND', `This build has no workflow "${name}".`);
    this.#parts.sensitive.saw(this.#input, workflow.input);
    const parsed = await Verdict.of(() => checkSchema(workflow.input, this.#input, 'input', name));
    const output = await this.#scope.run(() => this.#untilEnded(workflow, parsed));
    // A deadline holds, whatever the handler makes of it; a cancellation it may take for an end of its own.
    if (this.#isLate) throw new Error('The deadline passed.');
    this.#refuseOpenSteps(name);
    return await Verdict.of(async () => {
      const plain = checkJson(output, 'output', name);
      if (!workflow.output) return plain;
      return checkJson(await checkSchema(workflow.output, output ?? null, 'output', name), 'output', name);
    });
  }

  async #untilEnded({ handler }: AnyWorkflow, input: unknown): Promise<unknown> {
    const stray = CancellationScope.nonCancellable(() => new Strays().first());
    const { context, continuation } = this.#parts;
    continuation.start();
    const handled = (async () => await handler(input as never, context))();
    const abandoned = this.#untilAbandoned();
    const unheard = stray.catch(async (reason: unknown) => {
      // What its cancellation leaves behind is not the reason of its end.
      if (this.#scope.consideredCancelled) return await new Promise<never>(() => undefined);
      throw reason;
    });
    return await Promise.race([handled, abandoned, unheard, continuation.ended]);
  }

  /** Rejects once a cancelled handler waits for nothing that could still come: a promise of its own, say. */
  async #untilAbandoned(): Promise<never> {
    try {
      return await this.#scope.cancelRequested;
    } catch (reason) {
      // The first look is before the handler has been told.
      let looks = 0;
      const isAbandoned = () => looks++ > 0 && (this.#hasEnded || this.#steps.openCount === 0);
      await CancellationScope.nonCancellable(() => condition(isAbandoned));
      throw reason;
    }
  }

  #refuseOpenSteps(name: string): void {
    if (this.#steps.openCount === 0) return;
    throw stepsNotAwaited(name, this.#steps.openCount);
  }

  /** Tells the failure once nothing of the workflow goes on, and what can be taken back has been. */
  async #fail(thrown: unknown): Promise<never> {
    const error = this.#parts.sensitive.hideIn(thrown);
    const isCancelled = CancellationScope.current().consideredCancelled;
    this.#isLate ||= this.#deadlineAt !== undefined && Date.now() >= this.#deadlineAt;
    this.#hasEnded = true;
    this.#scope.cancel();
    await CancellationScope.nonCancellable(() => this.#steps.settled());
    const failure = this.#failureOf(error, isCancelled);
    const remaining = [...this.#steps.remaining, ...(await this.#steps.saga.compensate(failure))];
    if (isCancelled && !this.#isLate && remaining.length === 0) throw toCancellation(error);
    return await this.#tell(failure, remaining, error);
  }

  #failureOf(error: unknown, isCancelled: boolean): Failure {
    if (this.#isLate) return deadlineReached();
    return isCancelled ? invocationCancelled() : failureOf(error);
  }

  async #tell(reason: Failure, remaining: readonly Remaining[], error: unknown): Promise<never> {
    const { workflowType: name, firstExecutionRunId } = workflowInfo();
    const failure = remaining.length > 0 ? compensationFailed(reason, remaining) : reason;
    const token = invocationToken(name, firstExecutionRunId);
    await tellFailure(this.#envelope.onFailure, { name, input: this.#input, failure, attempts: 1, token });
    throw workflowFailure(failure, 1, error instanceof Verdict ? error.cause : error);
  }
}

/** A handler that fails while it is being cancelled leaves a cancelled invocation, not a failed one. */
const toCancellation = (error: unknown): unknown =>
  isCancellation(error)
    ? error
    : new CancelledFailure('The workflow was cancelled.', [], error instanceof Error ? error : undefined);
