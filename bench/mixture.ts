import type { Served } from './served.ts';

const INVOKE = '/v1/actions/bench.echo/invoke';
/** Of a hundred requests. */
const SHARES = {
  invoke: 35,
  replay: 15,
  read: 15,
  audit: 10,
  list: 5,
  feed: 8,
  'wrong key': 6,
  'refused body': 6,
};
type Kind = keyof typeof SHARES;
const DECK = Object.entries(SHARES).flatMap(([kind, share]) =>
  Array.from({ length: share }, () => kind as Kind),
);
/** A prime, so that the kinds come mixed. */
const STEP = 37;

/** How many of the latest are asked about again. */
const REMEMBERED = 200;
/** Long enough for a feed to have told what there is. */
const FEED_MS = 500;

/** Of everything that an API is asked in a day, some. */
export class Mixture {
  readonly #served: Served;
  readonly #recent: { n: number; id: string }[] = [];
  readonly answers = new Map<string, number>();
  /** Answers that no request of these should have. */
  surprises = 0;

  constructor(served: Served) {
    this.#served = served;
  }

  /** Counts from here on. */
  countAnew(): void {
    this.answers.clear();
    this.surprises = 0;
  }

  async ask(n: number): Promise<void> {
    const known = this.#recent[n % Math.max(1, this.#recent.length)];
    const kind = known ? DECK[(n * STEP) % DECK.length]! : 'invoke';
    const status = await this.#one(kind, n, known ?? { n, id: '' }).catch((error: unknown) => String(error));
    this.answers.set(`${kind} ${status}`, (this.answers.get(`${kind} ${status}`) ?? 0) + 1);
    const wanted = { 'wrong key': [401], 'refused body': [400] }[kind as string] ?? [200];
    if (!wanted.includes(status as number)) this.surprises++;
  }

  async #one(kind: Kind, n: number, known: { n: number; id: string }): Promise<number> {
    if (kind === 'invoke') return await this.#invoke(n);
    if (kind === 'replay') return await this.#status(INVOKE, keyed(known.n));
    if (kind === 'read') return await this.#status(`/v1/invocations/${known.id}`);
    if (kind === 'audit') return await this.#status(`/v1/invocations/${known.id}/audit`);
    if (kind === 'list') return await this.#status('/v1/invocations?limit=20');
    if (kind === 'feed') return await this.#feed(n);
    if (kind === 'wrong key') {
      return await this.#status(INVOKE, { ...keyed(n), headers: { authorization: `Bearer wrong-${n}` } });
    }
    return await this.#status(INVOKE, { method: 'POST', body: `{"n":${n},` });
  }

  async #status(path: string, init: RequestInit = {}): Promise<number> {
    const response = await this.#served.send(path, init);
    await response.arrayBuffer();
    return response.status;
  }

  async #invoke(n: number): Promise<number> {
    const response = await this.#served.send(INVOKE, keyed(n));
    const { id } = (await response.json()) as { id?: string };
    if (id !== undefined) this.#recent[n % REMEMBERED] = { n, id };
    return response.status;
  }

  /** Of one that has not begun yet; whoever follows it goes away in the middle. */
  async #feed(n: number): Promise<number> {
    const headers = { 'invocation-delay': '2s', prefer: 'respond-async' };
    const started = await this.#served.send(INVOKE, { method: 'POST', body: `{"n":${n}}`, headers });
    const { id } = (await started.json()) as { id: string };
    const leaving = new AbortController();
    const feed = await this.#served.send(`/v1/invocations/${id}/audit`, {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    });
    setTimeout(() => leaving.abort(), FEED_MS);
    await feed.arrayBuffer().catch(() => undefined);
    return feed.status;
  }
}

const keyed = (n: number): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ n, padding: 'x'.repeat(500) }),
  headers: { 'idempotency-key': `key-${n}` },
});
