import { createHash, randomUUID } from 'node:crypto';
import type { SignalRequest } from '../core/backend.ts';
import type { SignalEnvelope } from '../core/signal-envelope.ts';
import { DoError } from '../core/errors.ts';
import { notAName } from '../core/kind.ts';
import { isName } from '../core/name.ts';
import { checkJson } from '../core/validate.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import type { CurrentRun } from './current-run.ts';
import { toCurrentRun } from './current-run.ts';
import { toPayloads } from './payloads.ts';

/** Puts a signal on an invocation's record; a worker need not be there. */
export async function sendSignal(
  temporal: TemporalConnection,
  id: string,
  { name, payload, idempotencyKey }: SignalRequest,
  caller: string,
): Promise<void> {
  if (!isName(name)) throw notAName('signal', name);
  const plain = checkJson(payload, 'input', name);
  const key = idempotencyKey === undefined ? undefined : requestIdOf([caller, id, name, idempotencyKey]);
  const input = key === undefined ? toPayloads(plain) : toPayloads(plain, { key } satisfies SignalEnvelope);
  const requestId = key ?? randomUUID();
  await toCurrentRun(temporal, id, {
    check: ({ memo }) => checkSignal(name, memo),
    tell: async ({ workflowId, runId }) => {
      const { service, namespace } = temporal;
      await call(temporal, () =>
        service.signalWorkflowExecution({
          namespace,
          // On record, and so in the audit: who sent it.
          identity: caller,
          workflowExecution: { workflowId, runId },
          signalName: name,
          input,
          requestId,
        }),
      );
    },
  });
}

function checkSignal(name: string, { kind, signals }: CurrentRun['memo']): void {
  if (kind === 'action')
    throw unknownSignal(name, 'this is an invocation of an action, and only workflows wait for signals');
  if (!signals || signals.includes(name)) return;
  throw unknownSignal(
    name,
    signals.length === 0 ? 'the workflow waits for none' : `the workflow waits for ${signals.join(', ')}`,
  );
}

const unknownSignal = (name: string, why: string): DoError =>
  new DoError(
    'SIGNAL_NOT_FOUND',
    `There is no signal ${JSON.stringify(name.slice(0, 128))}: ${why}. Nothing was sent.`,
  );

/** Temporal drops what repeats a request id; it has to look like a UUID. */
function requestIdOf(parts: string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}
