import type { Failure } from '../../core/failure.ts';
import { invocationToken } from '../../core/token.ts';
import { checkJson, checkSchema } from '../../core/validate.ts';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import type { TestEnqueued } from '../enqueued.ts';
import { tellFailure } from '../notice.ts';
import {
  compensationFailed,
  deadlineReached,
  handlerFailed,
  invocationCancelled,
  stepsNotAwaited,
  Verdict,
} from '../../core/workflow-end.ts';
import type { Outcome } from './journal.ts';
import type { RunClock } from './run-clock.ts';
import type { StepRuns } from './step-runs.ts';
import type { WorkflowRecord } from './workflow-record.ts';

export interface Closed {
  workflow: AnyWorkflow;
  input: unknown;
  record: WorkflowRecord;
  clock: RunClock;
  steps: StepRuns;
  /** True when its deadline has passed. */
  isLate: () => boolean;
}

/** As sandbox/run-workflow.ts: closed when nothing of it goes on and what can be has been taken back. Gives who was told. */
export async function close(outcome: Outcome, closed: Closed): Promise<TestEnqueued[]> {
  const { workflow, record, steps, isLate } = closed;
  const { name, output } = workflow;
  try {
    if ('error' in outcome) throw outcome.error;
    // A deadline holds, whatever the handler makes of it; a cancellation it may take for an end of its own.
    if (isLate()) return await fail(undefined, closed);
    if (steps.openCount > 0) throw stepsNotAwaited(name, steps.openCount);
    const { value } = outcome;
    const checked = await Verdict.of(async () => {
      const plain = checkJson(value, 'output', name);
      if (!output) return plain;
      return checkJson(await checkSchema(output, value ?? null, 'output', name), 'output', name);
    });
    record.close(checked);
    return [];
  } catch (error) {
    return await fail(error, closed);
  }
}

async function fail(error: unknown, closed: Closed): Promise<TestEnqueued[]> {
  const { record, clock, steps, isLate } = closed;
  const isCancelled = clock.isCancelled;
  clock.cancel();
  steps.cancel();
  await steps.settled();
  const why = isCancelled ? invocationCancelled() : handlerFailed(error);
  const reason = isLate() ? deadlineReached() : why;
  const remaining = [...steps.remaining, ...(await steps.compensate(reason))];
  if (isCancelled && !isLate() && remaining.length === 0) {
    record.cancelled();
    return [];
  }
  return tell(remaining.length > 0 ? compensationFailed(reason, remaining) : reason, error, closed);
}

function tell(failure: Failure, error: unknown, { workflow, input, record }: Closed): TestEnqueued[] {
  const { name, onFailure } = workflow;
  const token = invocationToken(name, record.firstRunId);
  const told = tellFailure(record, onFailure, { name, input, failure, attempts: 1, token });
  record.fail(failure, error instanceof Verdict ? error.cause : error);
  return told;
}
