import { CancellationScope, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import type { WorkflowEnvelope } from '../core/envelope.ts';
import type { ErrorCode } from '../core/errors.ts';
import { DoError, isDoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import { setHost } from '../core/host.ts';
import { registeredWorkflow } from '../core/registry.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import type { AnyWorkflow } from '../core/workflow-definition.ts';
import { Approvals } from './approvals.ts';
import { Signals } from './signals.ts';
import { Steps } from './steps.ts';
import { contextOf } from './workflow-context.ts';
import { workflowFailure } from './workflow-failure.ts';

/** What a bundle of `.do` workflows runs for every workflow type: the handler of that name. */
export async function runWorkflow(input: unknown, envelope: WorkflowEnvelope): Promise<unknown> {
  return await new WorkflowRun(input, envelope).execute();
}

class WorkflowRun {
  readonly #input: unknown;
  readonly #steps: Steps;
  readonly #signals = new Signals();
  readonly #approvals = new Approvals();
  readonly #scope = new CancellationScope();
  readonly #deadlineAt: number | undefined;
  #isLate = false;
  #hasEnded = false;

  constructor(input: unknown, { caller, deadlineMs }: WorkflowEnvelope) {
    this.#input = input;
    this.#steps = new Steps(caller);
    this.#deadlineAt =
      deadlineMs === undefined ? undefined : workflowInfo().startTime.getTime() + deadlineMs;
    setHost(this.#steps);
    this.#signals.listen();
    this.#approvals.listen();
  }

  async execute(): Promise<unknown> {
    const timer = new CancellationScope();
    if (this.#deadlineAt !== undefined) void timer.run(() => this.#watchDeadline()).catch(() => undefined);
    try {
      return await this.#runHandler();
    } catch (error) {
      return await this.#fail(error);
    } finally {
      timer.cancel();
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
    const parsed = await checkSchema(workflow.input, this.#input, 'input', name);
    const output = await this.#scope.run(() => this.#untilEnded(workflow, parsed));
    this.#refuseOpenSteps(name);
    return checkJson(await checkSchema(workflow.output, output, 'output', name), 'output', name);
  }

  /** A handler that waits for nothing of ours would not notice that it was cancelled. */
  async #untilEnded({ handler }: AnyWorkflow, input: unknown): Promise<unknown> {
    const handled = handler(input as never, contextOf(this.#signals, this.#approvals));
    const abandoned = this.#scope.cancelRequested.catch(async (reason: unknown) => {
      if (this.#hasEnded) return;
      await CancellationScope.nonCancellable(async () => {
        await this.#steps.settled();
        // What the handler does about it comes first.
        await sleep(1, { summary: 'the handler was cancelled' });
        await this.#steps.settled();
      });
      throw reason;
    });
    abandoned.catch(() => undefined);
    return await Promise.race([handled, abandoned]);
  }

  #refuseOpenSteps(name: string): void {
    if (this.#steps.openCount === 0) return;
    throw new DoError(
      'INVOCATION_FAILED',
      `The handler of "${name}" returned while ${this.#steps.openCount} of its steps were still running: await every step.`,
      { type: 'StepNotAwaited' },
    );
  }

  /** Tells the failure once nothing of the workflow goes on, and what can be taken back has been. */
  async #fail(error: unknown): Promise<never> {
    const isCancelled = isCancellation(error) && CancellationScope.current().consideredCancelled;
    this.#hasEnded = true;
    this.#scope.cancel();
    await CancellationScope.nonCancellable(() => this.#steps.settled());
    const failure = this.#failureOf(error, isCancelled);
    const remaining = await this.#steps.saga.compensate(failure);
    if (remaining.length > 0) throw toWorkflowFailure(compensationFailed(failure, remaining), error);
    if (isCancelled && !this.#isLate) throw error;
    throw toWorkflowFailure(failure, error);
  }

  #failureOf(error: unknown, isCancelled: boolean): Failure {
    if (this.#isLate) return ended('INVOCATION_TIMED_OUT', 'DeadlineExceeded', 'The deadline passed.');
    if (isCancelled) return ended('INVOCATION_CANCELLED', 'Cancelled', 'The invocation was cancelled.');
    return { ...toFailure(error, codeOf(error)), nonRetryable: true };
  }
}

/** A step's own deadline, or a refusal of its input, is not this invocation's. */
const OWN_CODES: readonly string[] = ['OUTPUT_INVALID', 'COMPENSATION_FAILED', 'INPUT_INVALID'];

const codeOf = (error: unknown): ErrorCode =>
  isDoError(error) && OWN_CODES.includes(error.code) ? error.code : 'INVOCATION_FAILED';

const ended = (code: ErrorCode, type: string, message: string): Failure => ({
  code,
  type,
  message,
  nonRetryable: true,
});

const compensationFailed = (failure: Failure, remaining: { path: string; failure: Failure }[]): Failure => {
  const what = remaining.map(({ path, failure: { type, message } }) => `${path}: ${type}: ${message}`);
  return ended(
    'COMPENSATION_FAILED',
    'CompensationFailed',
    `The workflow failed (${failure.type}: ${failure.message}), and taking back what it had done failed finally: ${what.join('; ')}. Their effects may remain; compensate it again once the cause is gone.`,
  );
};

const toWorkflowFailure = (failure: Failure, cause: unknown) => workflowFailure(failure, 1, cause);
