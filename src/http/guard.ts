import type { SignalRequest, Started, StartRequest } from '../core/backend.ts';
import type { Caller } from '../core/caller.ts';
import { tenantOf } from '../core/caller.ts';
import type { Decision } from '../core/decision.ts';
import type { Audit, Invocation } from '../core/invocation.ts';
import type { InvocationPage, InvocationQuery } from '../core/query.ts';
import { readable } from '../core/scope.ts';
import { requireInvocation, requireScope } from './access.ts';
import type { ApiBackend } from './deps.ts';

/** Told of what was started, joined or found completed. */
export type OnStarted = (request: StartRequest, started: Started) => void;

/**
 * Invocations as far as a caller may see them. Every door gets its backend through this, so that one that forgets to ask
 * is closed all the same.
 */
export class GuardedBackend implements ApiBackend {
  readonly #backend: ApiBackend;
  readonly #caller: Caller;
  readonly #onStarted: OnStarted;

  constructor(backend: ApiBackend, caller: Caller, onStarted: OnStarted = () => undefined) {
    this.#backend = backend;
    this.#caller = caller;
    this.#onStarted = onStarted;
  }

  async start(request: StartRequest): Promise<Started> {
    requireScope(this.#caller, 'invoke', request.name);
    const started = await this.#backend.start(request);
    this.#onStarted(request, started);
    return started;
  }

  async run(request: StartRequest, signal?: AbortSignal): Promise<Invocation> {
    const { id } = await this.start(request);
    // Its outcome is part of what was asked for, whatever else may be read.
    return await this.#backend.closed(id, signal, { isOwn: true });
  }

  async output(id: string, signal?: AbortSignal): Promise<unknown> {
    requireInvocation(this.#caller, 'read', id);
    return await this.#backend.output(id, signal);
  }

  async closed(id: string, signal?: AbortSignal, options?: { isOwn?: boolean }): Promise<Invocation> {
    requireInvocation(this.#caller, 'read', id);
    return await this.#backend.closed(id, signal, options);
  }

  async get(id: string): Promise<Invocation> {
    requireInvocation(this.#caller, 'read', id);
    return await this.#backend.get(id);
  }

  async audit(id: string): Promise<Audit> {
    requireInvocation(this.#caller, 'read', id);
    return await this.#backend.audit(id);
  }

  async *follow(id: string, signal?: AbortSignal): AsyncGenerator<Audit, void, undefined> {
    requireInvocation(this.#caller, 'read', id);
    yield* this.#backend.follow(id, signal);
  }

  async list(query: InvocationQuery): Promise<InvocationPage> {
    requireScope(this.#caller, 'read', query.name);
    const within = { tenant: tenantOf(this.#caller.id), names: readable(this.#caller.scopes) };
    return await this.#backend.list({ ...query, within });
  }

  async cancel(id: string): Promise<void> {
    requireInvocation(this.#caller, 'operate', id);
    await this.#backend.cancel(id);
  }

  async signal(id: string, request: SignalRequest): Promise<void> {
    requireInvocation(this.#caller, 'operate', id);
    await this.#backend.signal(id, request);
  }

  async decide(id: string, name: string, decision: Decision): Promise<void> {
    requireInvocation(this.#caller, 'operate', id);
    await this.#backend.decide(id, name, decision);
  }

  async compensate(id: string): Promise<Started> {
    requireInvocation(this.#caller, 'operate', id);
    return await this.#backend.compensate(id);
  }
}
