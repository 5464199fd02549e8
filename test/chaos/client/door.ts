import { inspect } from 'node:util';
import type { Invocation } from '../../../src/core/invocation.ts';
import type { ClientEvent } from '../facts.ts';
import { API_KEY } from '../parts/programs.ts';
import { digestOf } from './record.ts';
import type { ClientRecord } from './record.ts';

/** What a request is about, for the record. */
export type About = Pick<ClientEvent, 'op' | 'action' | 'key' | 'act' | 'ref'>;

export interface Request {
  about: About;
  method: 'GET' | 'POST';
  path: string;
  input?: unknown;
  headers?: Record<string, string>;
  /** After which the client gives up, on purpose or for lack of patience. */
  giveUpMs: number;
}

export interface Told {
  phase: ClientEvent['phase'];
  id?: string | undefined;
  invocation?: Invocation | undefined;
  http?: number;
}

/** One API as a client sees it. Every request and every answer goes on record, also the answers that never came. */
export class Door {
  readonly via: string;
  readonly #url: string;
  readonly #record: ClientRecord;
  /** Nobody waits for an answer any more. */
  readonly #over: AbortSignal;

  constructor(via: string, url: string, record: ClientRecord, over = new AbortController().signal) {
    this.via = via;
    this.#url = url;
    this.#record = record;
    this.#over = over;
  }

  get isOver(): boolean {
    return this.#over.aborted;
  }

  async ask(request: Request): Promise<Told> {
    const entry = { ...request.about, request: this.#record.nextRequest(), via: this.via };
    this.#record.add({ ...entry, phase: 'invoke' });
    try {
      const { http, replayed, body } = await this.#send(request);
      const told = tell(http, body);
      const { id, status } = told.invocation ?? {};
      this.#record.add({
        ...entry,
        phase: told.phase,
        http,
        ...(id !== undefined && { id }),
        ...(status !== undefined && { status }),
        ...(isOver(told) && { digest: digestOf(told.invocation!) }),
        ...(replayed && { replayed }),
        ...(told.phase === 'info' || told.phase === 'refused' ? { detail: body.slice(0, 300) } : {}),
      });
      return { ...told, id, http };
    } catch (error) {
      // No answer, or half of one: whether it was done is not known.
      this.#record.add({ ...entry, phase: 'info', detail: inspect(error, { depth: 1 }).slice(0, 300) });
      return { phase: 'info' };
    }
  }

  async #send({ method, path, input, headers, giveUpMs }: Request) {
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      ...(input !== undefined && { body: JSON.stringify(input) }),
      signal: AbortSignal.any([AbortSignal.timeout(giveUpMs), this.#over]),
    });
    const body = await response.text();
    return { http: response.status, replayed: response.headers.get('idempotent-replayed') === 'true', body };
  }
}

const isOver = ({ phase }: Told): boolean => phase === 'ok' || phase === 'fail';

/** The status of HTTP tells about the request; what became of the invocation stands in it. */
function tell(http: number, body: string): Told {
  if (http >= 500) return { phase: 'info' };
  if (http !== 200 && http !== 202) return { phase: 'refused' };
  const invocation = JSON.parse(body) as Invocation;
  if (invocation.status === 'running') return { phase: 'accepted', invocation };
  return { phase: invocation.status === 'completed' ? 'ok' : 'fail', invocation };
}
