import type { IncomingHttpHeaders } from 'node:http';

/** One request, as it is sent to one place. */
export interface HttpRequest {
  method: string;
  url: URL;
  /** The names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Buffer | undefined;
}

export interface HttpResponse {
  /** That answered, after redirects. */
  url: URL;
  /** Of the request that was answered, after redirects. */
  method: string;
  status: number;
  statusText: string;
  headers: IncomingHttpHeaders;
  /** Decompressed. */
  body: Buffer;
}

/** For messages: without the query, which may hold a signature or a key. */
export const nameOf = ({ method, url }: { method: string; url: URL }): string =>
  `${method} ${url.origin}${url.pathname}`;

/** Of RFC 9110: asking twice does what asking once does, which is nothing. */
export const isSafe = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method);

/** For the record. `Set-Cookie` is left out: a session is a secret. */
export function shownHeaders(
  { headers }: HttpResponse,
  redact: (text: string) => string,
): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, redact(value)] as const] : [],
  );
  return Object.fromEntries(entries);
}
