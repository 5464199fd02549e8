import type { Started } from '../../core/backend.ts';
import type { describeEntry } from '../../core/catalogue.ts';
import type { Decision } from '../../core/decision.ts';
import { isDoError } from '../../core/errors.ts';
import type { Audit, Invocation } from '../../core/invocation.ts';
import type { Kind } from '../../core/kind.ts';
import { KINDS } from '../../core/kind.ts';
import type { InvocationPage, InvocationQuery } from '../../core/query.ts';
import { RemoteBackend } from '../../remote/backend.ts';
import { send } from '../../remote/send.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import { checkSettings } from '../../remote/settings.ts';
import type { Filters } from '../model/route.ts';
import type { Follower } from './live.ts';
import { follow } from './live.ts';

type Described = ReturnType<typeof describeEntry>;
type Of<K extends Kind, Field extends string> = { kind: K } & Extract<Described, Record<Field, unknown>>;
/** An action or a workflow, as the API describes it. */
export type Definition = Of<'action', 'retry'> | Of<'workflow', 'build'>;

export interface Invoking {
  kind: Kind;
  name: string;
  input: unknown;
  idempotencyKey: string | undefined;
}

const PAGE = 50;

/** The API, as whoever has signed in may use it. */
export class Api {
  readonly #settings: RemoteSettings;
  readonly #backend: RemoteBackend;
  readonly #onRefused: (why: string) => void;

  /** `onRefused` is told when the key is, or is no longer, good. */
  constructor(apiKey: string, onRefused: (why: string) => void) {
    this.#settings = checkSettings({ baseUrl: location.origin, apiKey });
    this.#onRefused = onRefused;
    // Whoever sits before the page sees what failed, and decides.
    this.#backend = new RemoteBackend({ settings: async () => this.#settings, startPatienceMs: 0 });
  }

  /** Rejects with `UNAUTHORIZED` for a key that is none; what it may do, its scopes say later. */
  async check(): Promise<void> {
    const reply = await send(this.#settings, { method: 'GET', path: '/v1/invocations?limit=1' });
    if (!reply.ok && reply.error.code !== 'FORBIDDEN') throw reply.error;
  }

  async list(filters: Filters, cursor?: string, limit = PAGE): Promise<InvocationPage> {
    // What is no filter, or no value of one, is for the API to refuse.
    const query = { ...filters, limit, ...(cursor !== undefined && { cursor }) } as InvocationQuery;
    return await this.#asked(this.#backend.list(query));
  }

  get = (id: string): Promise<Invocation> => this.#asked(this.#backend.get(id));
  audit = (id: string): Promise<Audit> => this.#asked(this.#backend.audit(id));
  cancel = (id: string): Promise<void> => this.#asked(this.#backend.cancel(id));
  compensate = (id: string): Promise<Started> => this.#asked(this.#backend.compensate(id));

  async signal(id: string, name: string, payload: unknown): Promise<void> {
    await this.#asked(this.#backend.signal(id, { name, payload }));
  }

  async decide(id: string, name: string, decision: Decision): Promise<void> {
    await this.#asked(this.#backend.decide(id, name, decision));
  }

  start = (request: Invoking): Promise<Started> =>
    this.#asked(this.#backend.start({ ...request, detached: true }));

  async definition(kind: Kind, name: string): Promise<Definition> {
    const path = `/v1/${kind}s/${encodeURIComponent(name)}`;
    return { kind, ...((await this.#read(path)) as Described) } as Definition;
  }

  async catalogue(): Promise<Definition[]> {
    const lists = await Promise.all(
      KINDS.map(async (kind) => {
        const { items } = (await this.#read(`/v1/${kind}s`)) as { items: Described[] };
        return items.map((item) => ({ kind, ...item }) as Definition);
      }),
    );
    return lists.flat().sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Resolves once the invocation has closed and all of its audit was told. */
  follow = (id: string, follower: Follower, signal: AbortSignal): Promise<void> =>
    this.#asked(follow(this.#settings, { id, follower, signal }));

  async #read(path: string): Promise<unknown> {
    const reply = await send(this.#settings, { method: 'GET', path });
    if (reply.ok) return reply.body;
    return await this.#asked(Promise.reject(reply.error));
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (isDoError(error) && error.code === 'UNAUTHORIZED') this.#onRefused(error.message);
      throw error;
    }
  }
}
