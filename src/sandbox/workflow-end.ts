import { ApplicationFailure } from '@temporalio/workflow';
import type { Failure } from '../core/failure.ts';
import { handlerFailed, Verdict } from '../core/workflow-end.ts';
import { readFailure } from './read-failure.ts';

/** Why the workflow failed, as it is told; what an activity of the platform's own found is told as it is there. */
export function failureOf(error: unknown): Failure {
  const isTold = error instanceof Verdict && error.cause instanceof ApplicationFailure;
  return isTold
    ? { ...readFailure(error.cause, { timeoutMs: 0 }).failure, nonRetryable: true }
    : handlerFailed(error);
}
