import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import type { SignalRequest, Started, StartRequest } from '../../src/core/backend.ts';
import type { CatalogueEntry } from '../../src/core/catalogue.ts';
import type { Decision } from '../../src/core/decision.ts';
import { DoError } from '../../src/core/errors.ts';
import type { Audit, AuditEntry, Invocation } from '../../src/core/invocation.ts';
import { notCompleted } from '../../src/core/outcome.ts';
import type { InvocationPage, InvocationQuery } from '../../src/core/query.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import { waitAborted } from '../../src/core/verbs.ts';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { createApp } from '../../src/http/app.ts';
import type { ApiBackend, ApiDeps } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/listen.ts';
import { listen } from '../../src/http/listen.ts';

export const KEY = 'test-key-of-128-bits-or-more';

/** Invocations that close when the test says so. */
export class MemoryBackend implements ApiBackend {
  readonly started: StartRequest[] = [];
  readonly queries: InvocationQuery[] = [];
  readonly callers: string[] = [];
  readonly cancelled: string[] = [];
  readonly compensated: string[] = [];
  readonly signals: [string, SignalRequest][] = [];
  readonly decisions: [string, string, Decision][] = [];
  /** How many callers wait for an invocation to close. */
  waiting = 0;
  /** How many follow an invocation. */
  following = 0;
  startFailure: DoError | undefined;
  readFailure: Error | undefined;
  readonly #invocations = new Map<string, Invocation>();
  readonly #changed = new EventTarget();

  as(caller: string): this {
    this.callers.push(caller);
    return this;
  }

  async start(request: StartRequest): Promise<Started> {
    if (this.startFailure) throw this.startFailure;
    const { name, kind = 'action', input, idempotencyKey = null } = request;
    const earlier = [...this.#invocations.values()].find(
      (invocation) => idempotencyKey !== null && invocation.idempotencyKey === idempotencyKey,
    );
    if (earlier) return { id: earlier.id, replayed: earlier.status === 'completed' };
    this.started.push(request);
    const id = `inv_${this.started.length}`;
    const self = `/v1/invocations/${id}`;
    this.#invocations.set(id, {
      ...{ id, kind, name, version: '1', status: 'running', input, output: null, error: null },
      ...{ idempotencyKey, caller: 'dev', attempts: 1, startedAt: new Date().toISOString(), closedAt: null },
      links: { self, audit: `${self}/audit`, temporal: null },
    });
    return { id, replayed: false };
  }

  close(id: string, change: Partial<Invocation>): void {
    this.#invocations.set(id, { ...this.#find(id), closedAt: new Date().toISOString(), ...change });
    this.#changed.dispatchEvent(new Event(id));
  }

  async get(id: string): Promise<Invocation> {
    if (this.readFailure) throw this.readFailure;
    return this.#find(id);
  }

  async closed(id: string, signal?: AbortSignal): Promise<Invocation> {
    if ((await this.get(id)).status !== 'running') return this.#find(id);
    this.waiting++;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#changed.addEventListener(id, () => resolve());
        signal?.addEventListener('abort', () => reject(waitAborted(signal)));
      });
    } finally {
      this.waiting--;
    }
    return await this.get(id);
  }

  async run(request: StartRequest, signal?: AbortSignal): Promise<Invocation> {
    return await this.closed((await this.start(request)).id, signal);
  }

  async output(id: string, signal?: AbortSignal): Promise<unknown> {
    const invocation = await this.closed(id, signal);
    if (invocation.status === 'completed') return invocation.output;
    throw notCompleted(invocation);
  }

  async list(query: InvocationQuery): Promise<InvocationPage> {
    this.queries.push(query);
    return { items: [], nextCursor: 'next' };
  }

  async audit(id: string): Promise<Audit> {
    const invocation = this.#find(id);
    const begun = [{ seq: 1, at: invocation.startedAt, type: 'invocation.started' }];
    return { invocation, entries: this.entries.get(id) ?? begun };
  }

  /** What the test has put there, and then what it puts there later. */
  readonly entries = new Map<string, AuditEntry[]>();

  tell(id: string, ...entries: Omit<AuditEntry, 'seq'>[]): void {
    const all = [...(this.entries.get(id) ?? []), ...entries];
    this.entries.set(
      id,
      all.map((entry, at) => ({ ...entry, seq: at + 1 })),
    );
    this.#changed.dispatchEvent(new Event(id));
  }

  async *follow(id: string, signal?: AbortSignal): AsyncGenerator<Audit, void, undefined> {
    for (;;) {
      const changed = this.#change(id, signal);
      changed.catch(() => undefined);
      const audit = await this.audit(id);
      yield audit;
      if (audit.invocation.status !== 'running') return;
      await changed;
    }
  }

  async #change(id: string, signal?: AbortSignal): Promise<void> {
    this.following++;
    try {
      await new Promise<void>((resolve, reject) => {
        if (signal?.aborted) reject(waitAborted(signal));
        this.#changed.addEventListener(id, () => resolve(), { once: true });
        signal?.addEventListener('abort', () => reject(waitAborted(signal)), { once: true });
      });
    } finally {
      this.following--;
    }
  }

  async compensate(id: string): Promise<Started> {
    this.compensated.push((await this.get(id)).id);
    return { id, replayed: false };
  }

  async cancel(id: string): Promise<void> {
    this.#find(id);
    this.cancelled.push(id);
  }

  async signal(id: string, request: SignalRequest): Promise<void> {
    this.#find(id);
    this.signals.push([id, request]);
  }

  async decide(id: string, name: string, decision: Decision): Promise<void> {
    this.#find(id);
    this.decisions.push([id, name, decision]);
  }

  #find(id: string): Invocation {
    const invocation = this.#invocations.get(id);
    if (!invocation) throw new DoError('INVOCATION_NOT_FOUND', `There is no invocation "${id}".`);
    return invocation;
  }
}

export const ENTRIES: CatalogueEntry[] = [
  {
    kind: 'action',
    name: 'mail.send',
    version: '2',
    description: 'Sends a mail',
    policy: resolvePolicy({ maximumAttempts: 5, initialInterval: '500ms', maximumInterval: '90s' }, '2m'),
    inputSchema: { type: 'object' },
    outputSchema: null,
    level: 'idempotent',
  },
  {
    kind: 'workflow',
    name: 'customer.onboard',
    version: '3',
    inputSchema: null,
    outputSchema: null,
    deadlineMs: 90_000,
    build: 'b1',
    queue: 'project/build/b1',
    signals: ['plan.chosen'],
  },
];

export interface TestApi extends Listening {
  backend: MemoryBackend;
  errors: unknown[];
  stopping: AbortController;
  send(request: RawRequest): Promise<RawAnswer>;
}

export async function serve(deps: Partial<ApiDeps> = {}): Promise<TestApi> {
  const backend = new MemoryBackend();
  const errors: unknown[] = [];
  const stopping = new AbortController();
  const app = createApp({
    backendFor: (caller) => backend.as(caller.id),
    catalogue: { get: (name) => ENTRIES.find((entry) => entry.name === name), list: () => ENTRIES },
    authenticate: keyAuthenticator([
      { id: 'other', scopes: ['admin'], secret: 'another-key' },
      { id: 'dev', scopes: ['admin'], secret: KEY },
    ]),
    ready: async () => undefined,
    onError: (error) => errors.push(error),
    stopping: stopping.signal,
    ...deps,
  });
  const listening = await listen(app, 0);
  onTestFinished(() => listening.close(0));
  return { ...listening, backend, errors, stopping, send: (request) => send(listening.url, request) };
}

export interface RawRequest {
  method?: string;
  path?: string;
  /** On top of a valid key and media type; null leaves one out, a list sends the header several times. */
  headers?: Record<string, string | string[] | null>;
  body?: string | Buffer;
  signal?: AbortSignal;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  body: Record<string, unknown>;
}

/** node:http and not fetch, which would refuse or normalise what these tests send. */
async function send(url: string, request: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path = '/v1/actions/mail.send/invoke', body = '{}', signal } = request;
  const all = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...request.headers };
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Record<
    string,
    string | string[]
  >;
  return await new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = httpRequest({ hostname, port, path, method, headers, agent: false, signal }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      res.on('end', () => {
        const isJson = /json/.test(res.headers['content-type'] ?? '') && text !== '';
        const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: res.statusCode!, headers: res.headers, text, body: parsed });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(method === 'GET' || method === 'HEAD' ? undefined : body);
  });
}
