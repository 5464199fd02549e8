import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import type { AuthInfo, McpRequestContext } from '@modelcontextprotocol/server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Backend } from '../core/backend.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Scope } from '../core/scope.ts';
import { allows } from '../core/scope.ts';
import { checkOrigin } from './origin.ts';
import { createMcpServer } from './server.ts';
import type { McpSession } from './session.ts';

export interface McpHttpOptions {
  catalogue: Catalogue;
  /** Of this package. */
  version: string;
  /** Pages that may use it beside those of this machine, such as `https://app.example.com`. */
  allowedOrigins: readonly string[];
}

/** One request, its key checked and its body read. */
export interface McpHttpCall {
  caller: { scopes: readonly Scope[] };
  backend: Backend;
  body: unknown;
  waitMs: number;
  stopping: AbortSignal | undefined;
  onError: (error: unknown) => void;
}

/**
 * Streamable HTTP without sessions: each request is a server of its own, so that any API process can answer it, also
 * after a restart, and a key that is revoked is refused at the next request. What lasts is the invocation.
 */
export function mcpHttpHandler({ catalogue, version, allowedOrigins }: McpHttpOptions) {
  // Nothing is ever announced, so a stream that waits for it would only be one more that has to be ended.
  const handle = toNodeHandler(createMcpHandler(serverOf, { maxSubscriptions: 0 }));
  return async (req: IncomingMessage, res: ServerResponse, call: McpHttpCall): Promise<void> => {
    checkOrigin(req.headers.origin, allowedOrigins);
    const { caller, body, ...rest } = call;
    const session: McpSession = {
      ...rest,
      entries: () => catalogue.list(),
      allows: (need, name) => allows(caller.scopes, need, name),
      version,
    };
    await handle(Object.assign(req, { auth: authOf(session) }), res, body);
  };
}

/** The way by which the SDK hands on who asks. The key itself is not part of it. */
const authOf = (session: McpSession): AuthInfo => ({
  token: '',
  clientId: '',
  scopes: [],
  extra: { session },
});

const serverOf = ({ authInfo }: McpRequestContext) =>
  createMcpServer(authInfo?.extra?.['session'] as McpSession);
