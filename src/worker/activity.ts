import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import type { AttemptEnvelope, FailureDetail } from '../core/envelope.ts';
import { HANDED_BACK } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import { registered } from '../core/registry.ts';
import { AttemptFailed, runAttempt } from '../attempt/run.ts';
import { invocationIdOf } from '../temporal/ids.ts';

/** The activity of every action: its type is the action's name. */
export async function attemptActivity(input: unknown, meta: AttemptEnvelope): Promise<unknown> {
  const context = Context.current();
  const { info, cancellationSignal } = context;
  const action = registered(info.activityType);
  if (!action) throw handedBack(info.activityType);
  try {
    return await runAttempt(action, input, meta, {
      invocationId: idOf(info, meta),
      timeoutMs: info.startToCloseTimeoutMs,
      signal: cancellationSignal,
      heartbeat: (details) => context.heartbeat(details),
      log: context.log,
    });
  } catch (error) {
    throw toTemporal(error, cancellationSignal);
  }
}

const idOf = (info: Info, meta: AttemptEnvelope): string =>
  invocationIdOf({ workflowId: info.workflowExecution!.workflowId, firstRunId: meta.firstRunId });

/** Nothing ran, so this costs no attempt: the loop sends it to the queue of the workers that have the action. */
const handedBack = (name: string): ApplicationFailure =>
  ApplicationFailure.create({
    message: `This worker has no action "${name}".`,
    type: HANDED_BACK,
    nonRetryable: true,
  });

function toTemporal(error: unknown, signal: AbortSignal): Error {
  if (!(error instanceof AttemptFailed)) return error as Error;
  const reason: unknown = signal.aborted ? (signal.reason as Error | undefined)?.message : undefined;
  if (reason === 'CANCELLED') return new CancelledFailure(error.message);
  if (reason === 'WORKER_SHUTDOWN') {
    return toApplicationFailure(
      { ...error.failure, type: 'WorkerShutdown', nonRetryable: false },
      error.lastHeartbeat,
    );
  }
  return toApplicationFailure(error.failure, error.lastHeartbeat);
}

function toApplicationFailure(failure: Failure, lastHeartbeat?: unknown): ApplicationFailure {
  const { code, type, message, nonRetryable, retryAfterMs, stack, cause } = failure;
  const detail: FailureDetail = {
    code,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(lastHeartbeat !== undefined && { lastHeartbeat }),
  };
  const converted = ApplicationFailure.create({
    message,
    type,
    nonRetryable,
    details: [detail],
    ...(cause && { cause: toApplicationFailure(cause) }),
  });
  converted.stack = stack ?? '';
  return converted;
}
