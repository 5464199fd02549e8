import { waitAborted } from '../core/verbs.ts';
import type { Reply } from './reply.ts';
import { lost, readReply } from './reply.ts';
import type { RemoteSettings } from './settings.ts';

export interface ApiRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long the API was asked to wait before it answers. */
  waitMs?: number;
  signal?: AbortSignal | undefined;
}

/** On top of the wait: a connection that is silent for longer is taken for dead. */
const ANSWER_LIMIT_MS = 30_000;

/** One request. Rejects with `WAIT_ABORTED` only; every other outcome is a reply. */
export async function send(settings: RemoteSettings, request: ApiRequest): Promise<Reply> {
  const { method, path, headers, body, waitMs = 0, signal } = request;
  if (signal?.aborted) throw waitAborted(signal);
  const url = settings.baseUrl + path;
  const limit = limited(signal, waitMs + ANSWER_LIMIT_MS);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${settings.apiKey}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      // The key is for this address, and a redirected POST would arrive as a GET.
      redirect: 'error',
      signal: limit.signal,
      ...(body !== undefined && { body }),
    });
    return await readReply(response, url);
  } catch (error) {
    if (signal?.aborted) throw waitAborted(signal);
    return lost(error, settings.baseUrl);
  } finally {
    limit.release();
  }
}

function limited(signal: AbortSignal | undefined, limitMs: number): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`silent for ${Math.round(limitMs / 1000)} s`)),
    limitMs,
  );
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
