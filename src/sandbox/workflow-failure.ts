import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureDetail } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { LoopResult } from '../core/loop.ts';
import { deadlinePassed } from '../core/wording.ts';

/** How an invocation that did not complete closes its workflow. */
export function toWorkflowFailure(result: Extract<LoopResult, { attempts: number }>): ApplicationFailure {
  const { status, failure, error, attempts } = result;
  if (status === 'failed') return workflowFailure(failure, attempts, error);
  return workflowFailure(deadlinePassed(attempts, failure), attempts, error);
}

export function workflowFailure(
  { code, type, message }: Pick<Failure, 'code' | 'type' | 'message'>,
  attempts: number,
  cause: unknown,
): ApplicationFailure {
  const detail: FailureDetail = { code, attempts };
  return ApplicationFailure.create({
    message,
    type,
    nonRetryable: true,
    details: [detail],
    ...(cause instanceof Error && { cause }),
  });
}
