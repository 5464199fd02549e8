import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { Failure } from '../core/failure.ts';
import type { StepEntry, StepMark } from '../core/step.ts';
import { stepToken } from '../core/token.ts';
import { ActivitySettlement } from './settlement.ts';

/** A step that completed, and can be taken back. */
export interface CompletedStep {
  entry: StepEntry;
  mark: StepMark;
  caller: string;
  input: unknown;
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

  /**
   * Takes back every completed step and gives the failures of those that could not be: the others must not stay
   * because of them. A cancelled workflow is compensated all the same.
   */
  async compensate(reason: Failure): Promise<{ path: string; failure: Failure }[]> {
    const failures: { path: string; failure: Failure }[] = [];
    for (let step = this.#completed.pop(); step; step = this.#completed.pop()) {
      const failure = await CancellationScope.nonCancellable(() => compensateStep(step!, reason));
      if (failure) failures.push({ path: step.mark.path, failure });
    }
    return failures;
  }
}

async function compensateStep(step: CompletedStep, reason: Failure): Promise<Failure | undefined> {
  const { input, output, attempt, epoch } = step;
  const settlement = settlementOf(step, input, output);
  const outcome = await settlement.compensate({ attempt, epoch, failure: reason });
  return outcome.status === 'failed' ? outcome.failure : undefined;
}

/** Of a step; without an output of one that is not known to have completed. */
export function settlementOf(
  { entry, mark, caller }: Pick<CompletedStep, 'entry' | 'mark' | 'caller'>,
  input: unknown,
  output?: unknown,
): ActivitySettlement {
  const { workflowType, firstExecutionRunId: firstRunId } = workflowInfo();
  return new ActivitySettlement({
    name: entry.name,
    input,
    output,
    step: mark,
    envelope: { ...entry, caller },
    tokenOf: ({ epoch }) => stepToken(workflowType, firstRunId, mark.path, epoch),
    firstRunId,
  });
}
