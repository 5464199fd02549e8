import type { Backend, SignalRequest, StartRequest, Started } from '../core/backend.ts';
import type { Decision } from '../core/decision.ts';
import { isDoError } from '../core/errors.ts';
import type { Audit, Invocation } from '../core/invocation.ts';
import type { InvocationPage, InvocationQuery } from '../core/query.ts';
import type { ClosedOptions, TemporalBackend } from '../temporal/backend.ts';
import { tellWhyWaiting } from './patience.ts';
import { processSession, serveInScript } from './process-session.ts';
import type { Session } from './session.ts';

/**
 * The Temporal backend of whatever session this process has open, or opens for the call. The process stays until
 * every invocation it serves itself has closed, and can end by itself after that.
 */
export class ProcessBackend implements Backend {
  readonly #caller: string;

  constructor(caller: string) {
    this.#caller = caller;
  }

  async start(request: StartRequest): Promise<Started> {
    return await this.#use(async (backend, session) => {
      const started = await backend.start(request);
      if (request.detached && session.isServedHere(request.name)) this.#holdUntilClosed(started.id);
      return started;
    });
  }

  output(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#wait(id, (backend) => backend.output(id, signal));
  }

  async run(request: StartRequest, signal?: AbortSignal): Promise<Invocation> {
    const { id } = await this.start(request);
    return await this.closed(id, signal, { isOwn: true });
  }

  closed(id: string, signal?: AbortSignal, options?: ClosedOptions): Promise<Invocation> {
    return this.#wait(id, (backend) => backend.closed(id, signal, options));
  }

  #wait<T>(id: string, wait: (backend: TemporalBackend) => Promise<T>): Promise<T> {
    return this.#use(async (backend, { isServing }) => {
      try {
        return await tellWhyWaiting(wait(backend), async () => (await backend.get(id)).waitingFor);
      } catch (error) {
        // Only the waiting ended: what this process may be running has to be held on to all the same.
        if (isServing() && isDoError(error) && error.code === 'WAIT_ABORTED') this.#holdUntilClosed(id);
        throw error;
      }
    });
  }

  #holdUntilClosed(id: string): void {
    void this.#use((backend) => backend.output(id)).catch(() => undefined);
  }

  get(id: string): Promise<Invocation> {
    return this.#use((backend) => backend.get(id));
  }

  list(query: InvocationQuery): Promise<InvocationPage> {
    return this.#use((backend) => backend.list(query));
  }

  audit(id: string): Promise<Audit> {
    return this.#use((backend) => backend.audit(id));
  }

  /** The session is held for as long: between two reads it would else be closed. */
  async *follow(id: string, signal?: AbortSignal): AsyncGenerator<Audit, void, undefined> {
    let release: (() => void) | undefined;
    const followed = new Promise<void>((resolve) => (release = resolve));
    const backend = await new Promise<TemporalBackend>((resolve, reject) => {
      const use = this.#use(async (backend) => {
        resolve(backend);
        await followed;
      });
      use.catch(reject);
    });
    try {
      yield* backend.follow(id, signal);
    } finally {
      release?.();
    }
  }

  cancel(id: string): Promise<void> {
    return this.#use((backend) => backend.cancel(id));
  }

  signal(id: string, request: SignalRequest): Promise<void> {
    return this.#use((backend) => backend.signal(id, request));
  }

  decide(id: string, name: string, decision: Decision): Promise<void> {
    return this.#use((backend) => backend.decide(id, name, decision));
  }

  compensate(id: string): Promise<Started> {
    return this.#use((backend) => backend.compensate(id));
  }

  #use<T>(work: (backend: TemporalBackend, session: Session) => Promise<T>): Promise<T> {
    return processSession.use(async (session) => {
      await serveInScript(session);
      return await work(session.backend.as(this.#caller), session);
    });
  }
}
