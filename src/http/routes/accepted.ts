import type { Started, StartRequest } from '../../core/backend.ts';
import type { CatalogueEntry } from '../../core/catalogue.ts';
import type { Invocation } from '../../core/invocation.ts';
import { redact } from '../../core/redact.ts';
import { startsAtOf } from '../../core/timing.ts';
import type { ApiBackend, Caller } from '../deps.ts';
import { readUntil } from '../wait.ts';

/** What one request has in common with what it asks for, be that one invocation or a batch of them. */
export interface Asking {
  backend: ApiBackend;
  caller: Caller;
  entry: CatalogueEntry;
  onError: (error: unknown) => void;
  /** Of the waiting. */
  end: AbortSignal;
}

/**
 * The accepted invocation, closed if it closes in time. When it cannot be read, an error status would tell the client
 * that nothing was accepted and make it send the request again; so then it is told what is known.
 */
export async function readAccepted(
  started: Started,
  request: StartRequest,
  { backend, caller, entry, onError, end }: Asking,
): Promise<Invocation> {
  try {
    return await readUntil(backend, started.id, end, { isOwn: true });
  } catch (error) {
    onError(error);
    return asAccepted(started, request, entry, caller);
  }
}

/** 202 also where the caller wanted nothing but the acceptance, and it has closed all the same. */
export const statusOf = ({ status }: Invocation, { detached }: Pick<StartRequest, 'detached'>): 200 | 202 =>
  status === 'running' || detached ? 202 : 200;

function asAccepted(
  { id }: Started,
  { input, idempotencyKey, delayMs }: StartRequest,
  { kind, name, version, inputSchema }: CatalogueEntry,
  caller: Caller,
): Invocation {
  const self = `/v1/invocations/${id}`;
  const startedAt = new Date().toISOString();
  return {
    id,
    kind,
    name,
    version,
    status: 'running',
    input: redact(input, inputSchema),
    output: null,
    error: null,
    idempotencyKey: idempotencyKey ?? null,
    caller: caller.id,
    attempts: 0,
    startedAt,
    ...startsAtOf(startedAt, delayMs),
    closedAt: null,
    links: { self, audit: `${self}/audit`, temporal: null },
  };
}
