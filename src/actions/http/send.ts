import type { AllowList } from './allow-list.ts';
import { readAllowList } from './allow-list.ts';
import type { Resolve } from './destination.ts';
import { destinationOf, refused, resolveName } from './destination.ts';
import type { Progress } from './exchange.ts';
import { exchange } from './exchange.ts';
import { toActionError } from './failure.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { nameOf } from './message.ts';
import { nextRequest } from './redirect.ts';

export interface Sending {
  /** 0: a redirect is the answer. */
  maxRedirects: number;
  /** Of the response, decompressed. */
  maxBytes: number;
  /** For all of it, redirects included. */
  limitMs: number;
  signal: AbortSignal;
  resolve?: Resolve;
}

/** Sends a request to where it may go, and follows redirects, each of which is checked as the first one was. */
export async function send(first: HttpRequest, sending: Sending): Promise<HttpResponse> {
  const allows = readAllowList(process.env.HTTP_ALLOW_HOSTS);
  const limit = AbortSignal.timeout(sending.limitMs);
  const signal = AbortSignal.any([sending.signal, limit]);
  let request = first;
  for (let redirects = 0; ; redirects++) {
    const response = await hop(request, allows, { ...sending, signal, cancelled: sending.signal, limit });
    const next = sending.maxRedirects > 0 ? nextRequest(request, response) : undefined;
    if (!next) return response;
    if (redirects === sending.maxRedirects) {
      throw refused(`${nameOf(request)} is one redirect too many, after ${sending.maxRedirects} of them`);
    }
    request = next;
  }
}

interface Hop extends Sending {
  cancelled: AbortSignal;
  limit: AbortSignal;
}

async function hop(request: HttpRequest, allows: AllowList, sending: Hop): Promise<HttpResponse> {
  const { signal, cancelled, limit, limitMs } = sending;
  const progress: Progress = { sent: false };
  try {
    signal.throwIfAborted();
    const destination = await Promise.race([
      abortOf(signal),
      destinationOf(request.url, allows, sending.resolve ?? resolveName),
    ]);
    return await exchange(request, destination, progress, sending);
  } catch (error) {
    cancelled.throwIfAborted();
    const cause = limit.aborted ? new Error(`no complete answer within ${limitMs / 1_000} s`) : error;
    throw toActionError(cause, request, progress);
  }
}

/** Asking the system for a name cannot be aborted. */
const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
