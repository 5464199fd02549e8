import type { Backend, SignalRequest, StartRequest, Started } from '../core/backend.ts';
import type { Decision } from '../core/decision.ts';
import { DoError, isDoError } from '../core/errors.ts';
import { followAudit } from '../core/follow.ts';
import type { Audit, Invocation } from '../core/invocation.ts';
import { notAName } from '../core/kind.ts';
import { isName } from '../core/name.ts';
import { notCompleted } from '../core/outcome.ts';
import { pause } from '../core/pause.ts';
import type { InvocationPage, InvocationQuery } from '../core/query.ts';
import { checkJson } from '../core/validate.ts';
import { followEvents } from './follow.ts';
import type { Patience } from './patience.ts';
import { patiently } from './patience.ts';
import { send } from './send.ts';
import type { ApiRequest } from './send.ts';
import type { RemoteSettings } from './settings.ts';
import { openStream } from './stream.ts';
import type { EventBatches } from './stream.ts';

/** Shorter than what proxies commonly cut silent connections at; the wait is asked for again and again. */
const WAIT_S = 30;
/** Against an API, or a cache before it, that answers at once though asked to wait. */
const LEAST_POLL_MS = 500;

const ONCE: Patience = { limitMs: 0, isRepeatable: false };

export interface RemoteBackendOptions {
  /** Asked before every call. */
  settings: () => Promise<RemoteSettings>;
  /** How long an outage is waited out when starting an invocation. Default: 10 s. */
  startPatienceMs?: number;
  /** The same when waiting for one, which goes on meanwhile. Default: one minute. */
  waitPatienceMs?: number;
}

/** Invocations behind the HTTP API. Needs `fetch` and nothing else. */
export class RemoteBackend implements Backend {
  readonly #settings: RemoteBackendOptions['settings'];
  readonly #startPatienceMs: number;
  readonly #waitPatienceMs: number;

  constructor({ settings, startPatienceMs = 10_000, waitPatienceMs = 60_000 }: RemoteBackendOptions) {
    this.#settings = settings;
    this.#startPatienceMs = startPatienceMs;
    this.#waitPatienceMs = waitPatienceMs;
  }

  async start(request: StartRequest): Promise<Started> {
    const { headers, body } = await this.#post(request, 'respond-async', {});
    return {
      id: toInvocation(body).id,
      replayed: headers.get('Idempotent-Replayed') === 'true',
    };
  }

  async run(request: StartRequest, signal?: AbortSignal): Promise<Invocation> {
    const wait = { waitMs: WAIT_S * 1000, signal };
    const { body } = await this.#post(request, `wait=${WAIT_S}`, wait);
    const invocation = toInvocation(body);
    return invocation.status === 'running' ? await this.#closed(invocation.id, signal) : invocation;
  }

  async output(id: string, signal?: AbortSignal): Promise<unknown> {
    const invocation = await this.#closed(id, signal);
    if (invocation.status === 'completed') return invocation.output;
    throw notCompleted(invocation);
  }

  async get(id: string): Promise<Invocation> {
    return toInvocation(await this.#once({ method: 'GET', path: pathOf(id) }));
  }

  async list(query: InvocationQuery): Promise<InvocationPage> {
    const parameters = new URLSearchParams();
    for (const [field, value] of Object.entries(query)) parameters.set(field, String(value));
    const path = `/v1/invocations?${parameters.toString()}`;
    const page = (await this.#once({ method: 'GET', path })) as Partial<InvocationPage>;
    if (Array.isArray(page.items) && page.nextCursor !== undefined) return page as InvocationPage;
    throw foreign('list of invocations');
  }

  async audit(id: string): Promise<Audit> {
    return (await this.#once({ method: 'GET', path: `${pathOf(id)}/audit` })) as Audit;
  }

  follow(id: string, signal?: AbortSignal): AsyncIterable<Audit> {
    const patience: Patience = { limitMs: this.#waitPatienceMs, isRepeatable: true, signal };
    const open = async (lastId: string) => await this.#open(`${pathOf(id)}/audit`, lastId, patience);
    const get = async () =>
      toInvocation((await this.#send({ method: 'GET', path: pathOf(id), signal }, patience)).body);
    return followEvents({ open, get, poll: () => this.#poll(id, signal) }, signal);
  }

  async #open(path: string, lastId: string, patience: Patience): Promise<EventBatches | undefined> {
    const settings = await this.#settings();
    try {
      const { signal } = patience;
      const { body } = await patiently(() => openStream(settings, { path, lastId, signal }), patience);
      return body as EventBatches | undefined;
    } catch (error) {
      // A process has a bounded number of streams, and still answers.
      if (isDoError(error) && error.code === 'RATE_LIMITED') return undefined;
      throw error;
    }
  }

  #poll(id: string, signal: AbortSignal | undefined): AsyncIterable<Audit> {
    let last: Audit | undefined;
    const mark = async () => JSON.stringify((last = await this.audit(id)));
    return followAudit({ mark, read: async () => last ?? (await this.audit(id)) }, signal);
  }

  async cancel(id: string): Promise<void> {
    await this.#once({ method: 'POST', path: `${pathOf(id)}/cancel` });
  }

  /** With a key it may be sent again though it may have arrived. */
  async signal(id: string, { name, payload, idempotencyKey }: SignalRequest): Promise<void> {
    if (!isName(name)) throw notAName('signal', name);
    const request: ApiRequest = {
      method: 'POST',
      path: `${pathOf(id)}/signal/${name}`,
      headers: keyHeader(idempotencyKey),
      body: JSON.stringify(checkJson(payload, 'input', name)),
    };
    await this.#send(request, { limitMs: this.#startPatienceMs, isRepeatable: idempotencyKey !== undefined });
  }

  async decide(id: string, name: string, decision: Decision): Promise<void> {
    if (!isName(name)) throw notAName('approval', name);
    const body = JSON.stringify(decision);
    await this.#once({ method: 'POST', path: `${pathOf(id)}/approvals/${name}`, body });
  }

  async compensate(id: string): Promise<Started> {
    const { body } = await this.#send({ method: 'POST', path: `${pathOf(id)}/compensate` }, ONCE);
    return { id: toInvocation(body).id, replayed: false };
  }

  /** Without a key a request that may have arrived is not sent again: that would be a second invocation. */
  async #post(request: StartRequest, prefer: string, wait: Pick<ApiRequest, 'waitMs' | 'signal'>) {
    const { name, kind = 'action', idempotencyKey, deadlineMs, delayMs, priority } = request;
    if (priority !== undefined) throw noPriority();
    if (!isName(name)) throw notAName(kind, name);
    const body = JSON.stringify(checkJson(request.input, 'input', name));
    const headers = {
      Prefer: prefer,
      ...keyHeader(idempotencyKey),
      ...(deadlineMs !== undefined && { 'Invocation-Deadline': String(deadlineMs) }),
      ...(delayMs !== undefined && { 'Invocation-Delay': String(delayMs) }),
    };
    return await this.#send(
      { method: 'POST', path: `/v1/${kind}s/${name}/invoke`, headers, body, ...wait },
      { limitMs: this.#startPatienceMs, isRepeatable: idempotencyKey !== undefined, signal: wait.signal },
    );
  }

  async #closed(id: string, signal: AbortSignal | undefined): Promise<Invocation> {
    const request: ApiRequest = {
      method: 'GET',
      path: pathOf(id),
      headers: { Prefer: `wait=${WAIT_S}` },
      waitMs: WAIT_S * 1000,
      signal,
    };
    for (;;) {
      const askedAt = Date.now();
      const { body } = await this.#send(request, {
        limitMs: this.#waitPatienceMs,
        isRepeatable: true,
        signal,
      });
      const invocation = toInvocation(body);
      if (invocation.status !== 'running') return invocation;
      await pause(Math.max(0, askedAt + LEAST_POLL_MS - Date.now()), signal);
    }
  }

  async #once(request: ApiRequest): Promise<unknown> {
    return (await this.#send(request, ONCE)).body;
  }

  async #send(request: ApiRequest, patience: Patience) {
    const settings = await this.#settings();
    return await patiently(() => send(settings, request), patience);
  }
}

/** Ids are URL-safe, so anything else is none; it must not become another path either. */
function pathOf(id: string): string {
  if (/^[\w-]+$/.test(id)) return `/v1/invocations/${id}`;
  throw new DoError(
    'INVOCATION_NOT_FOUND',
    `There is no invocation ${JSON.stringify(id.slice(0, 64))}: ids come from start() or run().`,
  );
}

/** Quoted, a key may begin or end with a space or begin with a quote. */
const noPriority = (): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    "`priority` of a call is not taken over HTTP, where anybody's would be the first; set it in the definition.",
  );

const keyHeader = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { 'Idempotency-Key': `"${key.replace(/["\\]/g, '\\$&')}"` };

function toInvocation(body: unknown): Invocation {
  const invocation = body as Partial<Invocation>;
  if (typeof invocation.id === 'string' && typeof invocation.status === 'string') return body as Invocation;
  throw foreign('invocation');
}

export const foreign = (wanted: string): DoError =>
  new DoError(
    'INTERNAL',
    `The answer is no ${wanted}: what answers at DO_BASE_URL (or \`baseUrl\`) is not this API.`,
  );
