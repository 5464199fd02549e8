import type { HistoryEvent, Reading } from './history.ts';
import type { Row } from './row.ts';
import type { Step, StepBook } from './step.ts';

/** The invocations that a completed one starts: child workflows, which outlive it. */
export function readEnqueued(event: HistoryEvent, reading: Reading, steps: StepBook): Row[] {
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
  const started = event.childWorkflowExecutionStartedEventAttributes;
  const refused = event.startChildWorkflowExecutionFailedEventAttributes;
  const workflowId = (started?.workflowExecution ?? initiated ?? refused)?.workflowId ?? '';
  // What a step calls is that step.
  if (steps.children.has(workflowId)) return [];
  const step = stepOf(enqueuedBy(workflowId, steps)?.seq);
  if (initiated) {
    const input = reading.decode(initiated.input)[0] ?? null;
    return [{ type: 'enqueued.scheduled', name: initiated.workflowType?.name ?? '', input, ...step }];
  }
  if (started) {
    const invocation = reading.idOf(workflowId, started.workflowExecution?.runId ?? '');
    return [{ type: 'enqueued.started', name: started.workflowType?.name ?? '', invocation, ...step }];
  }
  // The only reason there is: an invocation of that key was there already.
  return refused ? [{ type: 'enqueued.joined', name: refused.workflowType?.name ?? '', ...step }] : [];
}

/** Whoever is told of a step's failure is enqueued by that step; the id is made from its token. */
function enqueuedBy(workflowId: string, steps: StepBook): Step | undefined {
  const [, path] = /\/[\da-f-]{36}\/(.+)\/failure$/.exec(workflowId) ?? [];
  return steps.enqueuedBy.get(workflowId) ?? (path === undefined ? undefined : steps.find(path));
}

const stepOf = (step: number | undefined) => (step === undefined ? {} : { step });
