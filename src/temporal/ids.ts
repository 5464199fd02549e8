import { randomBytes } from 'node:crypto';
import { DoError } from '../core/errors.ts';
import type { Execution } from '../core/invocation-id.ts';
import { invocationIdOf } from '../core/invocation-id.ts';

export { invocationIdOf };
export type { Execution };

const PREFIX = 'inv_';
const RUN_ID_BYTES = 16;

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
  const bytes = Buffer.from(invocationId.slice(PREFIX.length), 'base64url');
  const execution = {
    firstRunId: bytes
      .toString('hex', 0, RUN_ID_BYTES)
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    workflowId: bytes.toString('utf8', RUN_ID_BYTES),
  };
  // Base64 has several spellings of the same bytes; only ours is an id.
  if (bytes.length > RUN_ID_BYTES && invocationIdOf(execution) === invocationId) return execution;
  throw invocationNotFound(invocationId);
}

export function invocationNotFound(id: string): DoError {
  return new DoError(
    'INVOCATION_NOT_FOUND',
    `There is no invocation "${id.slice(0, 64)}". Ids come from start(), run() or a listing; records are kept as long as the namespace's retention.`,
  );
}
