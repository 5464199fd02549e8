import type { AuditEntry } from '../core/invocation.ts';
import type { HistoryEvent, Reading } from './history.ts';

type Row = Omit<AuditEntry, 'seq' | 'at'>;

/** The invocations that a completed one starts: child workflows, which outlive it. */
export function readEnqueued(event: HistoryEvent, reading: Reading): Row[] {
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (initiated) {
    const input = reading.decode(initiated.input)[0] ?? null;
    return [{ type: 'enqueued.scheduled', name: initiated.workflowType?.name ?? '', input }];
  }
  const started = event.childWorkflowExecutionStartedEventAttributes;
  if (started) {
    const { workflowId, runId } = started.workflowExecution ?? {};
    const invocation = reading.idOf(workflowId ?? '', runId ?? '');
    return [{ type: 'enqueued.started', name: started.workflowType?.name ?? '', invocation }];
  }
  const refused = event.startChildWorkflowExecutionFailedEventAttributes;
  // The only reason there is: an invocation of that key was there already.
  return refused ? [{ type: 'enqueued.joined', name: refused.workflowType?.name ?? '' }] : [];
}
