import { patched, workflowInfo } from '@temporalio/workflow';
import type { Room } from './gate.ts';
import type { CarriedChild, CarriedStep } from '../core/carried-run.ts';
import type { Failure } from '../core/failure.ts';
import { registeredWorkflow } from '../core/registry.ts';
import type { CompensationOutcome } from '../core/settle.ts';
import type { StepEntry, StepMark } from '../core/step.ts';
import { stepToken } from '../core/token.ts';
import { currentBuild } from './build-entry.ts';
import { calledName, childIdOf, settlementOfCalled } from './called-workflow.ts';
import type { Remaining } from '../core/workflow-end.ts';
import { ActivitySettlement } from './settlement.ts';

/** What a step is, from its call on. */
export interface SettledStep {
  entry: StepEntry;
  mark: StepMark;
  caller: string;
  input: unknown;
  /** Resolves when something of that size may travel. */
  room: Room;
}

/** A step that completed, and can be taken back. */
export interface CompletedStep extends SettledStep {
  output: unknown;
  attempt: number;
  epoch: number;
}

/** What is taken back, last first, when the workflow does not complete. */
export class Saga {
  readonly #caller: string;
  readonly #completed: (CompletedStep | CarriedChild)[] = [];

  constructor(caller: string) {
    this.#caller = caller;
  }

  add(step: CompletedStep): void {
    if (step.entry.safety?.compensate) this.#completed.push(step);
  }

  /** Whether it has left anything to take back its own record tells. */
  addChild(child: CarriedChild): void {
    this.#completed.push(child);
  }

  /** An action that is as the build has it is not carried along with each of its steps. */
  carried(): (CarriedStep | CarriedChild)[] {
    const { actions } = currentBuild();
    return this.#completed.map((step) => {
      if (!('entry' in step)) return step;
      const { entry, mark, input, output, attempt, epoch } = step;
      const known = actions[entry.name] === entry ? entry.name : entry;
      return { entry: known, mark, input, output, attempt, epoch };
    });
  }

  resume(steps: readonly (CarriedStep | CarriedChild)[], room: Room): void {
    const { actions } = currentBuild();
    const caller = this.#caller;
    for (const step of steps) {
      if (!('entry' in step)) {
        this.addChild(step);
        continue;
      }
      const { entry, ...carried } = step;
      this.add({ ...carried, caller, room, entry: typeof entry === 'string' ? actions[entry]! : entry });
    }
  }

  /**
   * Takes back every completed step and gives the failures of those that could not be: the others must not stay
   * because of them. A cancelled workflow is compensated all the same.
   */
  async compensate(reason: Failure): Promise<Remaining[]> {
    const remaining: Remaining[] = [];
    for (let step = this.#completed.pop(); step; step = this.#completed.pop()) {
      const failure = await this.#takeBack(step, reason);
      if (failure) remaining.push({ path: 'entry' in step ? step.mark.path : step.path, failure });
    }
    return remaining;
  }

  async #takeBack(step: CompletedStep | CarriedChild, failure: Failure): Promise<Failure | undefined> {
    if (!('entry' in step)) return await this.#takeChildBack(step, failure);
    const { output, attempt, epoch } = step;
    return failureOf(await settlementOf(step, { output, attempt }).compensate({ attempt, epoch, failure }));
  }

  async #takeChildBack(child: CarriedChild, failure: Failure): Promise<Failure | undefined> {
    // Before, what a workflow had done when it completed stayed.
    if (!patched(CHILDREN_TAKEN_BACK)) return undefined;
    const { path } = child;
    const name = calledName(child);
    const { token, workflowId } = childIdOf(name, this.#caller, path);
    const settlement = settlementOfCalled({
      ...{ name, token, mark: child, caller: this.#caller },
      version: registeredWorkflow(name)?.version ?? '1',
      called: { workflowId, hasCompleted: true },
    });
    return failureOf(await settlement.compensate({ attempt: 1, epoch: 0, failure }));
  }
}

const CHILDREN_TAKEN_BACK = 'children-taken-back';

const failureOf = (outcome: CompensationOutcome): Failure | undefined =>
  outcome.status === 'failed' ? outcome.failure : undefined;

/** Of a step; without an output of one that is not known to have completed. */
export function settlementOf(
  { entry, mark, caller, input, room }: SettledStep,
  completed?: Pick<CompletedStep, 'output' | 'attempt'>,
): ActivitySettlement {
  const { workflowType, workflowId, firstExecutionRunId: firstRunId } = workflowInfo();
  const { path } = mark;
  return new ActivitySettlement({
    name: entry.name,
    input,
    output: completed?.output,
    step: mark,
    envelope: { ...entry, caller },
    tokenOf: ({ epoch }) => stepToken(workflowType, firstRunId, path, epoch),
    firstRunId,
    recall: completed && { workflowId, firstRunId, path, attempt: completed.attempt },
    room,
  });
}
