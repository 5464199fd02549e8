import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { Destination } from './destination.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { readBody } from './read-body.ts';

/** What an error means depends on it. */
export interface Progress {
  /** True from the moment the connection could carry the request. */
  sent: boolean;
}

export interface ExchangeLimits {
  maxBytes: number;
  signal: AbortSignal;
}

/** One request and its response, over a connection of its own to a checked address. Follows no redirect. */
export async function exchange(
  request: HttpRequest,
  destination: Destination,
  progress: Progress,
  { maxBytes, signal }: ExchangeLimits,
): Promise<HttpResponse> {
  const incoming = await answerTo(request, destination, progress, signal);
  return {
    url: request.url,
    method: request.method,
    status: incoming.statusCode!,
    statusText: incoming.statusMessage ?? '',
    headers: incoming.headers,
    body: await readBody(incoming, request, maxBytes),
  };
}

function answerTo(
  request: HttpRequest,
  destination: Destination,
  progress: Progress,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isSecure = request.url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)(optionsOf(request, destination, signal));
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.once('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => (progress.sent = true));
    });
    outgoing.end(request.body);
  });
}

function optionsOf(
  { method, url, headers, body }: HttpRequest,
  to: Destination,
  signal: AbortSignal,
): RequestOptions {
  return {
    method,
    host: to.host,
    port: to.port,
    path: `${url.pathname}${url.search}`,
    headers: {
      ...headers,
      host: url.host,
      'accept-encoding': 'gzip, deflate, br',
      // By itself Node frames no body of a DELETE, and the server would take it for the next request.
      ...(body && { 'content-length': String(body.length) }),
    },
    // Not the global one, which the environment may point to a proxy: that would resolve the name once more.
    agent: false,
    lookup: only(to),
    servername: isIP(to.host) ? '' : to.host,
    // Otherwise NODE_TLS_REJECT_UNAUTHORIZED of the worker decides.
    rejectUnauthorized: true,
    signal,
  };
}

const only =
  ({ addresses }: Destination): LookupFunction =>
  (_host, options, done) => {
    if (options.all) done(null, addresses);
    else done(null, addresses[0]!.address, addresses[0]!.family);
  };
