import type { ActionContext, Transaction } from '../core/context.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Calls } from './calls.ts';
import type { AttemptHost } from './host.ts';
import type { Pulse } from './pulse.ts';
import type { Staging } from './staging.ts';

export interface ContextParts {
  meta: AttemptEnvelope;
  host: AttemptHost;
  pulse: Pulse;
  signal: AbortSignal;
  calls: Calls;
  staging: Staging;
  tx: Transaction | undefined;
  /** As handlers are given them. */
  secrets: Secrets;
}

/** What a handler is given beside its input. */
export function contextOf({
  meta,
  host,
  pulse,
  signal,
  calls,
  staging,
  tx,
  secrets,
}: ContextParts): ActionContext {
  const context = {
    invocationId: host.invocationId,
    attempt: meta.attempt,
    idempotencyKey: meta.token,
    signal,
    heartbeat: (details: unknown) => pulse.beat(toJson(details)),
    lastHeartbeat: meta.lastHeartbeat,
    log: host.log,
    secrets,
    enqueue: staging.enqueue,
    once: calls.once,
  };
  if (tx) return { ...context, tx };
  // Not enumerable: `{ ...ctx }` must not read it.
  return Object.defineProperty(context, 'tx', { get: refuse }) as ActionContext;
}

function refuse(): never {
  throw new DoError(
    'DEFINITION_INVALID',
    '`ctx.tx` is for transactional actions: set `transactional: true` on this one.',
  );
}
