import type { Invocable } from '../core/client.ts';
import type { Transaction } from '../core/context.ts';
import type { Duration } from '../core/duration.ts';
import type { Secrets } from '../core/secrets.ts';
import { toMs } from '../core/duration.ts';
import type { CallOptions } from '../core/verbs.ts';
import type { AnyWorkflow } from '../core/workflow-definition.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import type { Cue, Decide, Moment } from './workflow/cues.ts';
import { neverHappened } from './workflow/cues.ts';
import type { Doubles } from './workflow/doubles.ts';
import { Cast } from './workflow/doubles.ts';
import { executionWithin } from './workflow/execution.ts';
import { withGlobalsOfRecord } from './workflow/globals.ts';
import { WorkflowPlay } from './workflow/play.ts';
import { Stage } from './workflow/stage.ts';
import type { FaultEntry, StepFaults } from './workflow/step-faults.ts';
import { FaultBook } from './workflow/step-faults.ts';
import { VirtualTime } from './workflow/time.ts';
import type { TestWorkflowRun } from './workflow/workflow-run.ts';

/** What stands in for what the workflow calls, and where its clock begins. */
export interface WorkflowTestOptions {
  /** In place of the handlers of these actions, or of these workflows it calls; the others really run. */
  actions?: Doubles;
  /** Gets the statements of the transactional actions that really run. */
  tx?: Transaction;
  /** What actions declare in `secrets`, by name; the environment is not looked at. Default: none. */
  secrets?: Readonly<Record<string, string>>;
  /** What the test's clock says at the start. Default: the present. */
  startAt?: Date | string;
  /** Real time for a handler that seems never to end. Default: `'1s'`. */
  patience?: Duration;
}

/**
 * A workflow under test, and what happens to it. Every method but `run` gives another test, with that added: one can be
 * the base of many. A step is named by the name of what is called, for each call of it, or by its path, such as
 * `charge.card/2` for the second.
 */
export interface WorkflowTest<Input, Output> {
  /**
   * Runs one invocation to its end, also to a bad one. Rejects with `INPUT_INVALID` as a call does whose input is refused,
   * and with `DEFINITION_INVALID` when something that was to happen to it never did, when it waits for what will never come,
   * or when it does not do the same again after a crash.
   */
  run(input: Input, options?: Pick<CallOptions, 'deadline'>): Promise<TestWorkflowRun<Output>>;
  /** The first so many attempts of the step fail, with an error of type `InjectedFailure`. */
  failFirst(step: string, attempts: number): WorkflowTest<Input, Output>;
  /** Every attempt of the step fails with this error, as if its handler had thrown it. */
  failStep(step: string, error: unknown): WorkflowTest<Input, Output>;
  /** What goes wrong with single attempts of the step, as in `testAction`. */
  faults(step: string, faults: StepFaults): WorkflowTest<Input, Output>;
  /** Sends a signal: before the start, or at another moment. */
  signal(name: string, payload?: unknown, moment?: Moment): WorkflowTest<Input, Output>;
  /** Decides on an approval: as soon as it is asked for, or at another moment. Once; for the next request say it again. */
  decide(name: string, decision: Decide, moment?: Moment): WorkflowTest<Input, Output>;
  /** Asks for cancellation. */
  cancel(moment: Moment): WorkflowTest<Input, Output>;
  /**
   * Loses the worker when the step has ended and the handler has gone on from it: the handler runs again from the top, and
   * has to do the same. Without a step: after every single thing that happens.
   */
  crashAfter(step?: string): WorkflowTest<Input, Output>;
}

/**
 * A workflow to be run without a server: its handler in this process, its steps by the same attempt loop as on Temporal,
 * on a clock of its own. Throws `DEFINITION_INVALID` for a double of what there is not.
 */
export function testWorkflow<Input, Output>(
  workflow: AnyWorkflow & Invocable<Input, Output>,
  options: WorkflowTestOptions = {},
): WorkflowTest<Input, Output> {
  const { actions = {}, tx, secrets, startAt = new Date(), patience = '1s' } = options;
  return new Test({
    workflow,
    cast: new Cast(actions),
    tx,
    secrets,
    startAt: new Date(startAt).getTime(),
    patienceMs: toMs(patience, 'patience'),
    faults: [],
    cues: [],
    isFragile: false,
  });
}

interface Script {
  workflow: AnyWorkflow;
  cast: Cast;
  tx: Transaction | undefined;
  secrets: Secrets | undefined;
  startAt: number;
  patienceMs: number;
  faults: readonly FaultEntry[];
  cues: readonly Cue[];
  isFragile: boolean;
}

class Test<Input, Output> implements WorkflowTest<Input, Output> {
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  #and(more: Partial<Script>): Test<Input, Output> {
    return new Test({ ...this.#script, ...more });
  }

  #cue(cue: Cue, moment: Moment | undefined): Test<Input, Output> {
    if (moment && 'at' in moment) toMs(moment.at, 'at');
    return this.#and({ cues: [...this.#script.cues, { ...cue, ...(moment && { moment }) }] });
  }

  faults = (step: string, faults: StepFaults) =>
    this.#and({ faults: [...this.#script.faults, { step, faults }] });

  failFirst = (step: string, attempts: number) => this.faults(step, { failFirst: attempts });
  failStep = (step: string, error: unknown) => this.faults(step, { failAlways: error });

  signal = (name: string, payload?: unknown, moment?: Moment) =>
    this.#cue({ type: 'signal', name, payload: checkJson(payload, 'input', name) }, moment);

  decide = (name: string, decide: Decide, moment?: Moment) =>
    this.#cue({ type: 'decide', name, decide }, moment);

  cancel = (moment: Moment) => this.#cue({ type: 'cancel' }, moment);

  crashAfter = (step?: string) =>
    step === undefined ? this.#and({ isFragile: true }) : this.#cue({ type: 'crash' }, { after: step });

  async run(
    input: Input,
    { deadline }: Pick<CallOptions, 'deadline'> = {},
  ): Promise<TestWorkflowRun<Output>> {
    const { workflow, cast, tx, secrets, startAt, patienceMs, faults, cues, isFragile } = this.#script;
    const deadlineMs = deadline === undefined ? workflow.deadlineMs : toMs(deadline, 'deadline');
    const sent = checkJson(input, 'input', workflow.name);
    await checkSchema(workflow.input, sent, 'input', workflow.name);
    const book = new FaultBook(faults);
    const stage = new Stage({ time: new VirtualTime(startAt), cast, faults: book, tx, secrets, patienceMs });
    const play = new WorkflowPlay(stage, { workflow, input: sent, deadlineMs, cues, isFragile });
    const run = await withGlobalsOfRecord(executionWithin, () => stage.drive(play.run()));
    const unmet = [...book.unmet.map((step) => `faults of "${step}"`), ...play.cues.unmet];
    if (unmet.length > 0) throw neverHappened(unmet, play.steps.paths);
    return run as TestWorkflowRun<Output>;
  }
}
