import type { Actions, Workflows } from './actions.ts';
import type { Backend } from './backend.ts';
import type { Decision } from './decision.ts';
import type { Host } from './host.ts';
import { hostWithin } from './host.ts';
import type { Audit, Invocation } from './invocation.ts';
import type { Kind } from './kind.ts';
import type { InvocationItem, InvocationPage, ListOptions } from './query.ts';
import { checkQuery } from './query.ts';
import type { CallOptions, Handle, SignalOptions } from './verbs.ts';
import { decide, handleOf, invoke, run, signal, start } from './verbs.ts';

/** An action or workflow by its name, with the verbs to invoke it. */
export interface ActionRef<Input, Output> {
  /** Runs it and returns its output. Throws a `DoError` with the `invocation` when it did not complete. */
  invoke(input: Input, options?: CallOptions): Promise<Output>;
  /** As `invoke`, but returns the whole invocation. */
  run(input: Input, options?: CallOptions): Promise<Invocation<Output>>;
  /** Resolves when the invocation is durably accepted. */
  start(input: Input, options?: CallOptions): Promise<Handle<Output>>;
}

/** What an action object tells of its types; `Action` and `Workflow` fit, and so does what a build writes into `Actions`. */
export interface Invocable<Input, Output> {
  readonly name: string;
  invoke(input: Input, options?: CallOptions): Promise<Output>;
}

type RefOf<T> = T extends Invocable<infer Input, infer Output> ? ActionRef<Input, Output> : never;

/** The verbs of both clients, over whatever holds the invocations. */
export class ActionClient implements Host {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** An action by its name, or by its object for exact types. */
  action<Name extends keyof Actions>(name: Name): RefOf<Actions[Name]>;
  action<Input, Output>(action: Invocable<Input, Output>): ActionRef<Input, Output>;
  action(name: string): ActionRef<unknown, unknown>;
  action(action: string | Invocable<never, unknown>): ActionRef<unknown, unknown> {
    return this.#reference('action', action);
  }

  /** A workflow by its name, or by its object for exact types. */
  workflow<Name extends keyof Workflows>(name: Name): RefOf<Workflows[Name]>;
  workflow<Input, Output>(workflow: Invocable<Input, Output>): ActionRef<Input, Output>;
  workflow(name: string): ActionRef<unknown, unknown>;
  workflow(workflow: string | Invocable<never, unknown>): ActionRef<unknown, unknown> {
    return this.#reference('workflow', workflow);
  }

  #reference(kind: Kind, to: string | Invocable<never, unknown>): ActionRef<unknown, unknown> {
    const name = typeof to === 'string' ? to : to.name;
    const host = () => hostWithin() ?? this;
    return {
      invoke: (input, options) => host().invoke(name, input, options, kind),
      run: (input, options) => host().run(name, input, options, kind),
      start: (input, options) => host().start(name, input, options, kind),
    };
  }

  /** Reading what was invoked, by whom and whenever. */
  readonly invocations = {
    /**
     * One page of invocations: running ones first, then by closing time, newest first. May lag by a second, as reads
     * by id never do. Throws `QUERY_INVALID` for a filter that is none, or the cursor of another query.
     */
    list: async (options: ListOptions = {}): Promise<InvocationPage> =>
      await this.#backend.list(checkQuery(options)),
    /** Every invocation that `list` would give, page after page. */
    all: (options: ListOptions = {}): AsyncGenerator<InvocationItem, void, undefined> =>
      allOf(this.#backend, options),
    /** One invocation; throws `INVOCATION_NOT_FOUND` when there is none, or its retention is over. */
    get: (id: string): Promise<Invocation> => this.#backend.get(id),
    /** Everything on record about one invocation, one entry per thing that happened. */
    audit: (id: string): Promise<Audit> => this.#backend.audit(id),
    /**
     * The audit of one invocation, and again each time that it has changed; ends after the closed one. `signal` ends it
     * with `WAIT_ABORTED`, not the invocation.
     */
    follow: (id: string, options: { signal?: AbortSignal } = {}): AsyncIterable<Audit> =>
      this.#backend.follow(id, options.signal),
    /**
     * Settles an invocation that was ended from outside, or takes it back again when that had failed finally: by an
     * invocation of its own, whose handle this gives. Throws `INVOCATION_SETTLED` when there is nothing to settle.
     */
    compensate: async (id: string): Promise<Handle<unknown>> =>
      handleOf(this.#backend, (await this.#backend.compensate(id)).id),
    /** Sends a workflow a signal, as `signal` of its handle does. */
    signal: (id: string, name: string, payload?: unknown, options?: SignalOptions): Promise<void> =>
      signal(this.#backend, id, { name, payload, ...options }),
    /** Decides on an approval that a workflow asked for, as `decide` of its handle does. */
    decide: (id: string, name: string, decision: Decision): Promise<void> =>
      decide(this.#backend, id, name, decision),
  };

  /** @internal */
  invoke(name: string, input: unknown, options?: CallOptions, kind?: Kind): Promise<unknown> {
    return invoke(this.#backend, { name, kind, input }, options);
  }

  /** @internal */
  run(name: string, input: unknown, options?: CallOptions, kind?: Kind): Promise<Invocation> {
    return run(this.#backend, { name, kind, input }, options);
  }

  /** @internal */
  start(name: string, input: unknown, options?: CallOptions, kind?: Kind): Promise<Handle<unknown>> {
    return start(this.#backend, { name, kind, input }, options);
  }
}

async function* allOf(
  backend: Backend,
  options: ListOptions,
): AsyncGenerator<InvocationItem, void, undefined> {
  let query = checkQuery(options);
  for (;;) {
    const { items, nextCursor } = await backend.list(query);
    yield* items;
    if (nextCursor === null) return;
    query = { ...query, cursor: nextCursor };
  }
}
