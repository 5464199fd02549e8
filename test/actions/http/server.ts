import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';

export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TestServer {
  origin: string;
  port: number;
  /** Every request so far, complete ones only. */
  seen: Seen[];
  /** Connections so far, also of those who sent nothing. */
  connections: () => number;
}

/** A real HTTP server; ends with the test. */
export async function serve(answer: RequestListener, host = '127.0.0.1'): Promise<TestServer> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(request, response);
    });
  });
  server.on('connection', () => connections++);
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    if (server.listening) await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://${host}:${port}`, port, seen, connections: () => connections };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Answers all requests the same way. */
export const answering =
  (status: number, headers: Record<string, string> = {}, body: string | Buffer = ''): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

/** By `HTTP_ALLOW_HOSTS`, as the tests reach their own servers. */
export function allow(...entries: string[]): void {
  vi.stubEnv('HTTP_ALLOW_HOSTS', entries.join(','));
}
