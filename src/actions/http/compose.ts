import type { HttpRequest } from './message.ts';
import { isSafe } from './message.ts';

type Scalar = string | number | boolean;

export interface RequestParts {
  method: string;
  url: string;
  query?: Readonly<Record<string, Scalar | Scalar[]>> | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** A string is text, anything else JSON. */
  body?: unknown;
}

/** What is sent first. A request that writes carries the token, unless the input has a key of its own. */
export function compose(parts: RequestParts, idempotencyKey: string): HttpRequest {
  const { method, query = {}, headers = {}, body } = parts;
  const url = new URL(parts.url);
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) url.searchParams.append(name, String(each));
  }
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  return {
    method,
    url,
    headers: {
      accept: '*/*',
      'user-agent': 'do-sdk',
      ...(body !== undefined && {
        'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
      }),
      ...(!isSafe(method) && { 'idempotency-key': idempotencyKey }),
      ...Object.fromEntries(given),
    },
    body: body === undefined ? undefined : Buffer.from(text),
  };
}
