import { waitAborted } from '../core/verbs.ts';
import type { ServerSentEvent } from './event-parser.ts';
import { EventParser } from './event-parser.ts';
import type { Reply } from './reply.ts';
import { lost, readReply } from './reply.ts';
import type { RemoteSettings } from './settings.ts';

/** An API sends a comment every 15 s: a connection that is silent for longer is taken for dead. */
const SILENT_MS = 45_000;
/** Where the stream has not said. */
const RETRY_MS = 2_000;

interface StreamRequest {
  path: string;
  /** Of the last event that is known. */
  lastId: string;
  signal?: AbortSignal | undefined;
}

/** The events of one connection, as they come together; it ends as soon as the connection does, for whatever reason. */
export interface EventBatches {
  batches(): AsyncGenerator<ServerSentEvent[], void, undefined>;
  /** After how long to connect again. */
  retryMs(): number;
}

/** The `body` of the reply is undefined where what answers has no stream. Rejects with `WAIT_ABORTED` only. */
export async function openStream(
  { baseUrl, apiKey }: RemoteSettings,
  { path, lastId, signal }: StreamRequest,
): Promise<Reply & { body?: EventBatches | undefined }> {
  if (signal?.aborted) throw waitAborted(signal);
  const url = baseUrl + path;
  const watch = new Watch(signal);
  try {
    const response = await fetch(url, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${apiKey}`,
        ...(lastId !== '' && { 'Last-Event-ID': lastId }),
      },
      redirect: 'error',
      signal: watch.signal,
    });
    const { headers, body } = response;
    const isStream = response.ok && /^text\/event-stream\b/i.test(headers.get('Content-Type') ?? '');
    if (isStream && body) return { ok: true, headers, body: eventsOf(body, lastId, watch) };
    if (response.ok) await body?.cancel();
    const reply = response.ok
      ? ({ ok: true, headers, body: undefined } as const)
      : ((await readReply(response, url)) as Exclude<Reply, { ok: true }>);
    watch.end();
    return reply;
  } catch (error) {
    watch.end();
    if (signal?.aborted) throw waitAborted(signal);
    return lost(error, baseUrl) as Exclude<Reply, { ok: true }>;
  }
}

function eventsOf(body: ReadableStream<Uint8Array>, lastId: string, watch: Watch): EventBatches {
  const parser = new EventParser(lastId);
  const decoder = new TextDecoder();
  async function* batches(): AsyncGenerator<ServerSentEvent[], void, undefined> {
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        watch.heard();
        yield parser.push(decoder.decode(value, { stream: true }));
      }
    } catch {
      watch.throwIfAborted();
    } finally {
      watch.end();
      await reader.cancel().catch(() => undefined);
    }
  }
  return { batches, retryMs: () => parser.retryMs ?? RETRY_MS };
}

/** Ends a connection that is silent, or that nobody wants any more. */
class Watch {
  readonly #controller = new AbortController();
  readonly #given: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(given: AbortSignal | undefined) {
    this.#given = given;
    given?.addEventListener('abort', this.#abort, { once: true });
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#abort, SILENT_MS);
  }

  throwIfAborted(): void {
    if (this.#given?.aborted) throw waitAborted(this.#given);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#given?.removeEventListener('abort', this.#abort);
  }

  #abort = (): void => this.#controller.abort(new Error(`silent for ${SILENT_MS / 1000} s`));
}
