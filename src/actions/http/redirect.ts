import { refused } from './destination.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { nameOf } from './message.ts';

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * What may be told to another origin. Every other header may be a secret of the first one: not only `Authorization`,
 * `Cookie` and `Idempotency-Key`, but `X-Api-Key` and whatever else a service has made up.
 */
const HARMLESS = ['accept', 'accept-language', 'content-type', 'content-language', 'user-agent'];

/** The request that a redirect asks for (RFC 9110, 15.4); undefined where the response is the answer. */
export function nextRequest(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const { location } = response.headers;
  if (!REDIRECTS.includes(response.status) || location === undefined) return undefined;
  const url = targetOf(location, request);
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(`${nameOf(request)} redirects from https: to http:`);
  }
  const kept = turnsIntoGet(request.method, response.status) ? asGet(request) : request;
  const isSameOrigin = url.origin === request.url.origin;
  return { ...kept, url, headers: isSameOrigin ? kept.headers : only(HARMLESS, kept.headers) };
}

function targetOf(location: string, request: HttpRequest): URL {
  try {
    return new URL(location, request.url);
  } catch {
    throw refused(`${nameOf(request)} redirects to what is no URL`);
  }
}

/** 301 and 302 say nothing of it, but every client does it, and servers count on it. */
const turnsIntoGet = (method: string, status: number): boolean =>
  status === 303 ? method !== 'HEAD' : status <= 302 && method === 'POST';

function asGet({ headers, url }: HttpRequest): HttpRequest {
  const isOfBody = (name: string) => name.startsWith('content-') || name === 'idempotency-key';
  const names = Object.keys(headers).filter((name) => !isOfBody(name));
  return { method: 'GET', url, headers: only(names, headers), body: undefined };
}

const only = (names: readonly string[], headers: HttpRequest['headers']): HttpRequest['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
