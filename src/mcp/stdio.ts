import type { Readable, Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { createMcpServer } from './server.ts';
import type { McpSession } from './session.ts';

export interface StdioStreams {
  stdin: Readable;
  stdout: Writable;
}

/** Serves one client; resolves once it has gone, which is when `stdin` ends. */
export async function serveMcpStdio(session: McpSession, { stdin, stdout }: StdioStreams): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stdin.once(event, () => resolve());
    // Its reader may end without closing what it writes to us.
    stdout.once('error', () => resolve());
  });
  const server = serveStdio(() => createMcpServer(session), {
    transport: new StdioServerTransport(stdin, stdout),
    onerror: session.onError,
  });
  await gone;
  await server.close();
}
