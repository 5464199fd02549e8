import type { CallToolResult } from '@modelcontextprotocol/client';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import type { ToolEntry } from '../../src/mcp/entry.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import type { McpSession } from '../../src/mcp/session.ts';
import { MemoryBackend } from '../http/support.ts';

export const MAIL: ToolEntry = {
  kind: 'action',
  name: 'mail.send',
  description: 'Sends a mail',
  inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
  outputSchema: { type: 'object', properties: { messageId: { type: 'string' } }, required: ['messageId'] },
  level: 'idempotent',
};

export interface Connected {
  client: Client;
  backend: MemoryBackend;
  errors: unknown[];
  stopping: AbortController;
}

/** The official client, connected to a server over invocations that close when the test says so. */
export async function connect(
  entries: readonly ToolEntry[] = [MAIL],
  session: Partial<McpSession> = {},
): Promise<Connected> {
  const backend = new MemoryBackend();
  const errors: unknown[] = [];
  const stopping = new AbortController();
  const server = createMcpServer({
    backend,
    entries: () => entries,
    allows: () => true,
    waitMs: 120_000,
    version: '1.2.3',
    stopping: stopping.signal,
    onError: (error) => errors.push(error),
    ...session,
  });
  const client = new Client({ name: 'test', version: '1' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  onTestFinished(() => client.close());
  return { client, backend, errors, stopping };
}

/** What a client shows the model, as the JSON it is. */
export const textOf = ({ content }: Pick<CallToolResult, 'content'>): unknown => {
  const [first] = content;
  return first?.type === 'text' ? JSON.parse(first.text) : undefined;
};
