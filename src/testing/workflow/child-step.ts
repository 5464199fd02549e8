import { randomUUID } from 'node:crypto';
import type { InvocationMemo } from '../../core/envelope.ts';
import { MEMO_KEY } from '../../core/envelope.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Failure } from '../../core/failure.ts';
import { toFailure } from '../../core/failure.ts';
import type { InvocationStatus } from '../../core/invocation.ts';
import { failureHandlerName } from '../../core/on-failure.ts';
import { attemptsOfWorkflow, failedStep } from '../../core/step-error.ts';
import { toTiming } from '../../core/timing.ts';
import { stepToken } from '../../core/token.ts';
import { checkJson, checkSchema } from '../../core/validate.ts';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import type { Remaining } from '../../core/workflow-end.ts';
import { encode, encodeFailure, TEST_CALLER } from '../record.ts';
import { Cancelled } from '../world.ts';
import { endedBy } from './action-step.ts';
import type { StepOwner } from './action-step.ts';
import type { StepCall } from './asking.ts';
import { takeChildBack } from './child-compensation.ts';
import type { TestStep, TestWorkflowRun } from './workflow-run.ts';

/** A workflow of its own, from its start to its close. */
export interface ChildPlay {
  readonly firstRunId: string;
  run(): Promise<TestWorkflowRun<unknown>>;
  cancel(): void;
  readonly steps: { compensate(reason: Failure): Promise<Remaining[]>; readonly told: TestStep[] };
}

export type PlayChild = (workflow: AnyWorkflow, child: ChildOptions) => ChildPlay;

export interface ChildOptions {
  input: unknown;
  deadlineMs: number | undefined;
  workflowId: string;
  onFailure: string | undefined;
}

/** A step that is a workflow: an invocation of its own on the same clock, or a double in its place. */
export class ChildStep {
  readonly path: string;
  readonly #workflow: AnyWorkflow;
  readonly #call: StepCall;
  readonly #owner: StepOwner;
  readonly #play: PlayChild;
  #end: Pick<TestStep, 'status' | 'output' | 'error'> = { status: 'cancelled', output: null, error: null };
  #run: TestWorkflowRun<unknown> | null = null;
  #child: ChildPlay | undefined;
  #isCompensated = false;

  constructor(workflow: AnyWorkflow, call: StepCall, owner: StepOwner, play: PlayChild) {
    this.path = call.path;
    this.#workflow = workflow;
    this.#call = call;
    this.#owner = owner;
    this.#play = play;
  }

  cancel(): void {
    this.#child?.cancel();
  }

  async run(): Promise<unknown> {
    try {
      const output = await this.#invoke();
      this.#end = { status: 'completed', output: output ?? null, error: null };
      return output;
    } catch (error) {
      if (!(error instanceof Cancelled)) this.#end = endedBy(error);
      throw error;
    }
  }

  /** Nothing real has happened in a double. */
  get canBeTakenBack(): boolean {
    return this.#end.status === 'completed' && this.#child !== undefined;
  }

  /** Gives why that failed. */
  async compensate(reason: Failure): Promise<Failure | undefined> {
    const { failure, steps } = await takeChildBack(reason, {
      ...{ owner: this.#owner, workflow: this.#workflow, call: this.#call, child: this.#child! },
    });
    this.#run = { ...this.#run!, steps };
    this.#isCompensated = failure === undefined;
    return failure;
  }

  async #invoke(): Promise<unknown> {
    const { name, path, input, options } = this.#call;
    const { stage, record, clock } = this.#owner;
    if (options.retry !== undefined || options.timeout !== undefined) throw attemptsOfWorkflow(name);
    await checkSchema(this.#workflow.input, input, 'input', name);
    const { delayMs, deadlineMs: ownMs } = toTiming(options);
    const deadlineAt = ownMs === undefined ? undefined : clock.now() + ownMs;
    const onFailure = failureHandlerName(options.onFailure, `the step "${path}"`);
    if (delayMs !== undefined) {
      record.addTimer(delayMs, `${path}: delay`);
      if (await stage.time.working(() => clock.sleep(delayMs))) throw new Cancelled();
    }
    const deadlineMs =
      deadlineAt === undefined ? this.#workflow.deadlineMs : Math.max(1, deadlineAt - clock.now());
    const { failAlways } = stage.faults.of(this.#call);
    const double = stage.cast.workflow(name);
    const workflowId = `${name}/${TEST_CALLER}/${stepToken(this.#owner.name, record.firstRunId, path, 0)}`;
    const initiated = this.#initiate(workflowId, deadlineMs);
    if (failAlways !== undefined || double) {
      return await this.#playDouble(initiated, async () => {
        if (failAlways !== undefined) fail(failAlways);
        return await double!(structuredClone(input), undefined as never);
      });
    }
    this.#child = this.#play(this.#workflow, { input, deadlineMs, workflowId, onFailure });
    this.#begin(initiated, this.#child.firstRunId);
    this.#run = await this.#child.run();
    return this.#close(initiated, this.#run);
  }

  #initiate(workflowId: string, deadlineMs: number | undefined): Initiated {
    const { name, path, seq, input } = this.#call;
    const { version } = this.#workflow;
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    const step = { path, seq };
    const memo: InvocationMemo = {
      ...{ kind: 'workflow', version, caller: TEST_CALLER, settle: true },
      ...{ step, ...deadline },
    };
    const initiatedEventId = this.#owner.record.add({
      startChildWorkflowExecutionInitiatedEventAttributes: {
        workflowType: { name },
        workflowId,
        input: encode(input, { version, caller: TEST_CALLER, ...deadline }),
        memo: { fields: { [MEMO_KEY]: encode(memo).payloads[0]! } },
      },
      userMetadata: { summary: encode(`${path} of ${this.#owner.name}`).payloads[0]! },
    });
    return { initiatedEventId, workflowType: { name }, workflowId };
  }

  #begin({ workflowId, ...initiated }: Initiated, runId: string): void {
    this.#owner.record.add({
      childWorkflowExecutionStartedEventAttributes: {
        ...initiated,
        workflowExecution: { workflowId, runId },
      },
    });
  }

  async #playDouble(initiated: Initiated, play: () => Promise<unknown>): Promise<unknown> {
    const { name } = this.#call;
    this.#begin(initiated, randomUUID());
    return this.#close(initiated, await this.#closedBy(name, play));
  }

  async #closedBy(name: string, play: () => Promise<unknown>): Promise<Closed> {
    try {
      const output = await this.#owner.stage.time.working(play);
      const checked = await checkSchema(this.#workflow.output, output, 'output', name);
      return { status: 'completed', output: checkJson(checked, 'output', name), error: null };
    } catch (error) {
      const { code, type, message } = toFailure(error);
      return { status: 'failed', output: null, error: { code, type, message } };
    }
  }

  /** In the words of sandbox/children.ts. */
  #close(initiated: Initiated, { status, output, error }: Closed): unknown {
    const { record } = this.#owner;
    const { workflowId, ...event } = initiated;
    const closed = { ...event, workflowExecution: { workflowId } };
    if (status === 'completed') {
      record.add({ childWorkflowExecutionCompletedEventAttributes: { ...closed, result: encode(output) } });
      return output;
    }
    if (status === 'cancelled') {
      record.add({ childWorkflowExecutionCanceledEventAttributes: closed });
      throw new Cancelled();
    }
    const failure = { ...error!, code: error!.code as ErrorCode, nonRetryable: true };
    record.add({
      childWorkflowExecutionFailedEventAttributes: { ...closed, failure: encodeFailure(failure) },
    });
    // A cancelled caller is told of that alone.
    if (this.#owner.clock.isCancelled) throw new Cancelled();
    throw failedStep(this.#call.name, failure, 'as a workflow of its own');
  }

  get told(): TestStep {
    const { name, path, seq, input } = this.#call;
    return {
      ...{ path, seq, name, kind: 'workflow', input, attempts: [] },
      ...this.#end,
      ...{
        tokens: [],
        waits: [],
        compensated: this.#isCompensated,
        compensations: [],
        enqueued: [],
        run: this.#run,
      },
    };
  }
}

function fail(thrown: unknown): never {
  throw thrown;
}

interface Initiated {
  initiatedEventId: ReturnType<StepOwner['record']['add']>;
  workflowType: { name: string };
  workflowId: string;
}

interface Closed {
  status: InvocationStatus;
  output: unknown;
  error: { code: string; type: string; message: string } | null;
}
