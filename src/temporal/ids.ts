import { randomBytes } from 'node:crypto';
import type { Execution } from '../core/invocation-id.ts';
import { executionIn, invocationIdOf, invocationNotFound } from '../core/invocation-id.ts';

export { invocationIdOf, invocationNotFound };
export type { Execution };

/**
 * The workflow id Temporal removes duplicates by. Readable, and unambiguous: a name has no slash, a caller is escaped,
 * and what stands in for a key (a random id, or the token of who enqueued it) never begins with `key=`.
 */
export function workflowIdOf(
  name: string,
  caller: string,
  idempotencyKey: string | undefined,
  otherwise = randomBytes(16).toString('base64url'),
): string {
  const unique = idempotencyKey === undefined ? otherwise : `key=${idempotencyKey}`;
  return `${name}/${encodeURIComponent(caller)}/${unique}`;
}

export function executionOf(invocationId: string): Execution {
  const execution = executionIn(invocationId);
  if (execution) return execution;
  throw invocationNotFound(invocationId);
}
