import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { KeptMail } from './kept-mail.ts';
import { renderPage } from './page.ts';

interface Answer {
  status: number;
  type: string;
  body: string | Buffer;
}

const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The kept mail over HTTP, for the developer and for tests. */
export function createInboxServer(mail: KeptMail): Server {
  return createServer((request, response) => {
    answer(mail, request).then(
      (found) => respond(request, response, found),
      (error: unknown) =>
        respond(request, response, text(500, `The mail could not be read: ${String(error)}`)),
    );
  });
}

async function answer(mail: KeptMail, { method, url = '/', headers }: IncomingMessage): Promise<Answer> {
  if (!isLoopback(headers.host)) return text(403, 'Open this page by a loopback name, such as localhost.');
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Mail can be read here, and nothing else.');
  const [pathname = '', query] = url.split('?', 2);
  const recipient = new URLSearchParams(query).get('to') ?? undefined;
  if (pathname === '/') {
    return { status: 200, type: 'text/html; charset=utf-8', body: renderPage(await mail.list(recipient)) };
  }
  if (pathname === '/messages.json') {
    const body = JSON.stringify({ messages: await mail.list(recipient) });
    return { status: 200, type: 'application/json', body };
  }
  const id = /^\/messages\/([^/]+)\.eml$/.exec(pathname)?.[1];
  const raw = id === undefined ? undefined : await mail.raw(id);
  if (!raw) return text(404, 'There is no such page or message. See / and /messages.json.');
  // Shown as text: a browser that rendered it would run what the mail contains.
  return { status: 200, type: 'text/plain; charset=utf-8', body: raw };
}

function respond(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A page of the web whose name was pointed at 127.0.0.1 would otherwise read the developer's mail. */
const isLoopback = (host = ''): boolean => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);

const text = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body });
