import { CancelledFailure, isCancellation } from '@temporalio/workflow';
import { ActionError } from '../core/action-error.ts';
import type { CarriedError } from '../core/carried-run.ts';
import { DoError, isDoError } from '../core/errors.ts';

/** What the platform throws into a handler, as the next run has it. Errors of the handler itself are thrown anew. */
export function toCarried(error: unknown): CarriedError {
  if (isCancellation(error)) return { kind: 'cancelled', message: String((error as Error).message) };
  if (isDoError(error)) {
    const { code, message, type, cause } = error;
    const { message: why, type: causeType } = (cause ?? {}) as { message?: string; type?: string };
    return {
      kind: 'do',
      code,
      message,
      ...(type !== undefined && { type }),
      ...(why !== undefined && { cause: { message: why, type: causeType ?? 'Error' } }),
    };
  }
  const { message, name, type } = error as ActionError;
  return name === 'ActionError'
    ? { kind: 'action', message, type }
    : { kind: 'other', message: String(message), type: name };
}

export function fromCarried({ kind, code, message, type, cause }: CarriedError): Error {
  if (kind === 'cancelled') return new CancelledFailure(message);
  if (kind === 'action') return new ActionError(message, { type: type ?? 'ActionError', nonRetryable: true });
  if (kind === 'other') return Object.assign(new Error(message), { name: type ?? 'Error' });
  return new DoError(code ?? 'INVOCATION_FAILED', message, {
    ...(type !== undefined && { type }),
    ...(cause && { cause: Object.assign(new Error(cause.message), { name: cause.type, type: cause.type }) }),
  });
}
