import type { AuditEntry } from '../../src/core/invocation.ts';

/** What of an entry is the same whenever and wherever it happens. */
export const timeless = ({ at: _at, worker: _worker, retryAt: _retryAt, ...entry }: AuditEntry) => ({
  ...entry,
  // Of another invocation, which a test run does not make.
  ...(entry.invocation !== undefined && { invocation: 'inv_…' }),
  // A test run has a caller of its own.
  ...(entry.by !== undefined && { by: '…' }),
  error: entry.error && timelessError(entry.error),
});

/** Temporal words the timeouts that it noticed in its own way, and the frames of a stack are another process's. */
const timelessError = ({ code, type, message, cause }: NonNullable<AuditEntry['error']>): unknown => ({
  code,
  type,
  ...(type !== 'WorkerLost' && type !== 'AttemptTimedOut' && { message: withoutTimes(message) }),
  ...(cause !== undefined && { cause: timelessError(cause as NonNullable<AuditEntry['error']>) }),
});

/** What a deadline leaves to an attempt depends on how soon it began. */
export const withoutTimes = (message: string): string => message.replaceAll(/\b\d+ ms\b/g, '… ms');
