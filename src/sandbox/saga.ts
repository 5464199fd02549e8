import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { Room } from './gate.ts';
import type { CarriedStep } from '../core/carried-run.ts';
import type { Failure } from '../core/failure.ts';
import type { StepEntry, StepMark } from '../core/step.ts';
import { stepToken } from '../core/token.ts';
import { currentBuild } from './build-entry.ts';
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
  readonly #completed: CompletedStep[] = [];

  add(step: CompletedStep): void {
    if (step.entry.safety?.compensate) this.#completed.push(step);
  }

  /** An action that is as the build has it is not carried along with each of its steps. */
  carried(): CarriedStep[] {
    const { actions } = currentBuild();
    return this.#completed.map(({ entry, mark, input, output, attempt, epoch }) => ({
      entry: actions[entry.name] === entry ? entry.name : entry,
      mark,
      input,
      output,
      attempt,
      epoch,
    }));
  }

  resume(steps: readonly CarriedStep[], beside: Pick<SettledStep, 'caller' | 'room'>): void {
    const { actions } = currentBuild();
    for (const { entry, ...step } of steps)
      this.add({ ...step, ...beside, entry: typeof entry === 'string' ? actions[entry]! : entry });
  }

  /**
   * Takes back every completed step and gives the failures of those that could not be: the others must not stay
   * because of them. A cancelled workflow is compensated all the same.
   */
  async compensate(reason: Failure): Promise<Remaining[]> {
    const remaining: Remaining[] = [];
    for (let step = this.#completed.pop(); step; step = this.#completed.pop()) {
      const failure = await CancellationScope.nonCancellable(() => compensateStep(step, reason));
      if (failure) remaining.push({ path: step.mark.path, failure });
    }
    return remaining;
  }
}

async function compensateStep(step: CompletedStep, reason: Failure): Promise<Failure | undefined> {
  const { output, attempt, epoch } = step;
  const outcome = await settlementOf(step, { output, attempt }).compensate({
    attempt,
    epoch,
    failure: reason,
  });
  return outcome.status === 'failed' ? outcome.failure : undefined;
}

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
