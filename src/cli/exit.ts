import { CommanderError } from 'commander';
import { isDoError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { UsageError } from './usage-error.ts';

/** Refused before anything was executed, or for what was asked: asking again the same way gives the same answer. */
const REFUSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ACTION_NOT_FOUND',
  'WORKFLOW_NOT_FOUND',
  'SIGNAL_NOT_FOUND',
  'APPROVAL_NOT_FOUND',
  'APPROVAL_CONFLICT',
  'INVOCATION_CLOSED',
  'INVOCATION_NOT_FOUND',
  'QUERY_INVALID',
  'INPUT_INVALID',
  'INPUT_TOO_LARGE',
  'BODY_INVALID',
  'HEADER_INVALID',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_MISMATCH',
]);

/** The table of docs/cli.md: 2 for usage and refused input, 1 for every other failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) return 2;
  return isDoError(error) && REFUSED.has(error.code) ? 2 : 1;
}

/** `CODE: message` for what is known; the whole stack for what is a fault of ours or of a module of the project. */
export function messageOf(error: unknown): string {
  if (error instanceof UsageError || isDoError(error)) return `${error.code}: ${error.message}`;
  return (error as Error | undefined)?.stack ?? String(error);
}
