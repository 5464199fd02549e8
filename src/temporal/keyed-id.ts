import { createHash } from 'node:crypto';
import type { TemporalConnection } from './connection.ts';
import { findExecution } from './find.ts';
import { workflowIdOf } from './ids.ts';

interface Keyed {
  name: string;
  caller: string;
  idempotencyKey: string;
}

/**
 * The workflow id of a key. Temporal cannot encrypt ids, so where payloads are encrypted the id has the key's digest. A digest
 * without a secret, since ids have to outlive every key that is rotated away. A key that was first used before encryption was
 * switched on or off still finds its invocation, under the id of then.
 */
export async function keyedWorkflowId(temporal: TemporalConnection, keyed: Keyed): Promise<string> {
  const { name, caller, idempotencyKey } = keyed;
  const readable = workflowIdOf(name, caller, idempotencyKey);
  const { hasKeys, keyId } = temporal.cipher;
  if (!hasKeys) return readable;
  const digested = workflowIdOf(name, caller, undefined, `digest=${digestOf(keyed)}`);
  const [own, other] = keyId === undefined ? [readable, digested] : [digested, readable];
  const found = await findExecution(temporal, { workflowId: other });
  return found?.isRunning || found?.isCompleted ? other : own;
}

const digestOf = ({ name, caller, idempotencyKey }: Keyed): string =>
  createHash('sha256')
    .update(JSON.stringify([name, caller, idempotencyKey]))
    .digest('base64url');
