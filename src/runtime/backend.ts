import type { Backend, StartRequest, Started } from '../core/backend.ts';
import type { Audit, Invocation } from '../core/invocation.ts';
import type { TemporalBackend } from '../temporal/backend.ts';
import { tellWhyWaiting } from './patience.ts';
import { processSession, serveInScript } from './process-session.ts';

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
    const { started, servedHere } = await this.#use(async (backend, isServedHere) => ({
      started: await backend.start(request),
      servedHere: isServedHere(request.name),
    }));
    if (request.detached && servedHere) void this.output(started.id).catch(() => undefined);
    return started;
  }

  output(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#use((backend) =>
      tellWhyWaiting(backend.output(id, signal), async () => (await backend.get(id)).waitingFor),
    );
  }

  async run(request: StartRequest, signal?: AbortSignal): Promise<Invocation> {
    const { id } = await this.start(request);
    return await this.closed(id, signal);
  }

  closed(id: string, signal?: AbortSignal): Promise<Invocation> {
    return this.#use((backend) =>
      tellWhyWaiting(backend.closed(id, signal), async () => (await backend.get(id)).waitingFor),
    );
  }

  get(id: string): Promise<Invocation> {
    return this.#use((backend) => backend.get(id));
  }

  audit(id: string): Promise<Audit> {
    return this.#use((backend) => backend.audit(id));
  }

  cancel(id: string): Promise<void> {
    return this.#use((backend) => backend.cancel(id));
  }

  #use<T>(
    work: (backend: TemporalBackend, isServedHere: (name: string) => boolean) => Promise<T>,
  ): Promise<T> {
    return processSession.use(async (session) => {
      await serveInScript(session);
      return await work(session.backend.as(this.#caller), session.isServedHere);
    });
  }
}
