import type { Failure } from '../../core/failure.ts';
import { notInBuild } from '../../core/step-error.ts';
import { registeredWorkflow } from '../../core/registry.ts';
import { Cancelled } from '../world.ts';
import type { StepOwner } from './action-step.ts';
import { ActionStep } from './action-step.ts';
import type { StepCall } from './asking.ts';
import type { PlayChild } from './child-step.ts';
import { ChildStep } from './child-step.ts';
import type { Remaining } from '../../core/workflow-end.ts';
import { cancelled } from './execution.ts';
import type { Outcome } from './journal.ts';
import type { TestStep } from './workflow-run.ts';

/** The steps of one run: each goes on whether the handler's execution does or not. */
export class StepRuns {
  readonly #owner: StepOwner;
  readonly #playChild: PlayChild;
  readonly #begun: (ActionStep | ChildStep)[] = [];
  readonly #completed: (ActionStep | ChildStep)[] = [];
  readonly #open = new Set<Promise<unknown>>();

  constructor(owner: StepOwner, playChild: PlayChild) {
    this.#owner = owner;
    this.#playChild = playChild;
  }

  get told(): TestStep[] {
    return this.#begun.map(({ told }) => told);
  }

  get paths(): string[] {
    return this.#begun.map(({ path }) => path);
  }

  /** Of steps that failed and could not be taken back. */
  get remaining(): Remaining[] {
    return this.#begun.flatMap((step) =>
      step instanceof ActionStep && step.remaining ? { path: step.path, failure: step.remaining } : [],
    );
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** How it ended, as the handler is told. A test that means nothing is told to the stage instead. */
  begin(call: StepCall): Promise<Outcome> {
    const ended = this.#end(call);
    this.#open.add(ended);
    void ended.then(() => this.#open.delete(ended));
    return ended;
  }

  async #end(call: StepCall): Promise<Outcome> {
    try {
      const step = this.#create(call);
      if (!step) return { error: notInBuild(call.name) };
      this.#begun.push(step);
      const isAction = step instanceof ActionStep;
      const value = await (isAction ? this.#owner.stage.time.working(() => step.run()) : step.run());
      if (step.canBeTakenBack) this.#completed.push(step);
      return { value };
    } catch (error) {
      return { error: error instanceof Cancelled ? cancelled() : error };
    }
  }

  #create(call: StepCall): ActionStep | ChildStep | undefined {
    const action = this.#owner.stage.cast.action(call.name);
    const workflow = registeredWorkflow(call.name);
    try {
      if (action) return new ActionStep(action, call, this.#owner);
      return workflow && new ChildStep(workflow, call, this.#owner, this.#playChild);
    } catch (error) {
      // What the test asks for cannot be: that is no failure of the step.
      this.#owner.stage.abort(error);
      throw error;
    }
  }

  /** Those that are workflows; actions are told by the clock. */
  cancel(): void {
    this.#begun.forEach((step) => step instanceof ChildStep && step.cancel());
  }

  /** Resolves when none is open. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  /** As sandbox/saga.ts: every completed step, last first, also when one of them cannot be taken back. */
  async compensate(reason: Failure): Promise<Remaining[]> {
    const failures: Remaining[] = [];
    for (let step = this.#completed.pop(); step; step = this.#completed.pop()) {
      const last = step;
      const failure = await (last instanceof ActionStep
        ? this.#owner.stage.time.working(() => last.compensate(reason))
        : last.compensate(reason));
      if (failure) failures.push({ path: last.path, failure });
    }
    return failures;
  }
}
