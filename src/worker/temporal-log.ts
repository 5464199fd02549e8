import type { LogEntry } from '@temporalio/worker';
import type { ActionLog } from '../core/context.ts';

/** What Temporal adds to a line of a workflow's handler; the rest of the line's fields are the handler's own. */
interface Added {
  sdkComponent?: string;
  namespace?: string;
  taskQueue?: string;
  workflowId?: string;
  runId?: string;
  workflowType?: string;
  error?: { name?: string };
}

const LEVELS = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What Temporal's runtime logs: what workflows say at any level, and of its own only what has failed. */
export const temporalLog =
  (log: ActionLog) =>
  ({ level, message, meta = {} }: LogEntry): void => {
    const {
      sdkComponent,
      namespace: _,
      taskQueue: __,
      workflowId,
      runId,
      workflowType,
      ...fields
    } = meta as Added;
    if (sdkComponent === 'workflow') {
      log[LEVELS[level]](message, { workflow: workflowType, workflowId, runId, fields });
    } else if (fields.error?.name === 'GracefulShutdownPeriodExpiredError') {
      // It is given up as asked: a stack of the SDK would only look like a fault.
      log.warn('Attempts were still running at the force time; they are retried elsewhere.');
    } else if (level === 'ERROR') log.error(message, meta);
  };
