import type { Decision } from './decision.ts';
import type { Priority } from './flow.ts';
import type { Audit, Invocation } from './invocation.ts';
import type { Kind } from './kind.ts';
import type { InvocationPage, InvocationQuery } from './query.ts';

export interface StartRequest {
  name: string;
  /** What the name has to stand for; undefined: whatever has it. */
  kind?: Kind | undefined;
  input: unknown;
  idempotencyKey?: string | undefined;
  /** From acceptance to the end, the delay included. */
  deadlineMs?: number | undefined;
  /** From acceptance to the first attempt. */
  delayMs?: number | undefined;
  /** Instead of the definition's. */
  priority?: Priority | undefined;
  /** True when the caller does not wait for the outcome. */
  detached?: boolean;
}

export interface SignalRequest {
  name: string;
  payload: unknown;
  /** The same signal of a caller with the same key is delivered once. */
  idempotencyKey?: string | undefined;
}

export interface Started {
  id: string;
  /** True when an invocation with this key had already completed, so that its outcome is given again. */
  replayed: boolean;
}

/**
 * Where invocations live. Every method rejects with a `DoError`; `signal` ends the waiting only, never the invocation.
 */
export interface Backend {
  /** Resolves once the invocation is durably accepted, or joined, or found completed. */
  start(request: StartRequest): Promise<Started>;
  /** The output once completed; rejects with the invocation in the error when it closed otherwise. */
  output(id: string, signal?: AbortSignal): Promise<unknown>;
  /** start and wait: the closed invocation, whatever its status. */
  run(request: StartRequest, signal?: AbortSignal): Promise<Invocation>;
  get(id: string): Promise<Invocation>;
  /** May lag behind by a second, as reads by id never do. */
  list(query: InvocationQuery): Promise<InvocationPage>;
  audit(id: string): Promise<Audit>;
  /** The audit, and again each time that it has changed; ends after the closed one. */
  follow(id: string, signal?: AbortSignal): AsyncIterable<Audit>;
  /** Asks for cancellation; the attempt that is running is told and its end is waited for. */
  cancel(id: string): Promise<void>;
  /** Resolves once the signal is on record. */
  signal(id: string, request: SignalRequest): Promise<void>;
  /** Resolves once the workflow has taken the decision; of several on one request, one does. */
  decide(id: string, name: string, decision: Decision): Promise<void>;
  /**
   * Settles an invocation that was ended from outside, or whose compensation had failed finally, and gives the id of the
   * invocation that does it; `INVOCATION_SETTLED` when there is nothing to settle.
   */
  compensate(id: string): Promise<Started>;
}
