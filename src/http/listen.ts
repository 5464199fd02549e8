import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DoError } from '../core/errors.ts';

/** Against clients that send a byte at a time; how long an answer may take is not limited by them. */
const SENT_WITHIN = { headersMs: 10_000, requestMs: 60_000, checkMs: 5_000 };
/** Longer than a proxy in front keeps its connections, or it would meet one that just closed. */
const KEEP_ALIVE_MS = 65_000;
/** Longer than anything waits in silence: whoever does not read its answer for so long has gone, or means harm. */
const SILENT_MS = 330_000;
/** Each holds a descriptor, of which a process has few; whoever comes beyond is refused by the system's means. */
const MOST_CONNECTIONS = 10_000;
/** Open requests are given this long when the server closes. */
const CLOSE_LIMIT_MS = 5_000;

export interface Listening {
  url: string;
  /** Takes no more requests, waits for those that are open up to a limit, then ends their connections. */
  close(limitMs?: number): Promise<void>;
}

export async function listen(
  app: RequestListener,
  port: number,
  host = '127.0.0.1',
  sentWithin = SENT_WITHIN,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: sentWithin.headersMs,
      requestTimeout: sentWithin.requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: sentWithin.checkMs,
    },
    app,
  );
  server.setTimeout(SILENT_MS);
  server.maxConnections = MOST_CONNECTIONS;
  const open = openAnswers(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, port, host)));
    server.listen(port, host, resolve);
  });
  return {
    url: urlOf(server.address() as AddressInfo, host),
    close: (limitMs = CLOSE_LIMIT_MS) => close(server, open, limitMs),
  };
}

function openAnswers(server: Server): Set<ServerResponse> {
  const open = new Set<ServerResponse>();
  server.prependListener('request', (_req, res) => {
    open.add(res);
    // A connection that was opened before the server closed may still bring a request.
    if (!server.listening) res.setHeader('Connection', 'close');
    res.once('close', () => open.delete(res));
  });
  return open;
}

async function close(server: Server, open: Set<ServerResponse>, limitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const res of open) if (!res.headersSent) res.setHeader('Connection', 'close');
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), limitMs);
  await closed;
  clearTimeout(timer);
}

function urlOf({ port, family }: AddressInfo, host: string): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`;
}

function cannotListen(error: NodeJS.ErrnoException, port: number, host: string): DoError {
  const cure: Record<string, string> = {
    EADDRINUSE: `another program listens there; end it, or set PORT to a free port (PORT=${port + 1})`,
    EACCES: 'the port needs more rights than this process has; set PORT to one above 1023',
    EADDRNOTAVAIL: 'this machine has no such address; listen on 127.0.0.1 or 0.0.0.0',
  };
  return new DoError(
    'LISTEN_FAILED',
    `The API cannot listen on ${host}:${port}: ${cure[error.code ?? ''] ?? error.message}.`,
    { cause: error },
  );
}
