import type { ListToolsResult, Tool } from '@modelcontextprotocol/server';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { answerSchema } from './answer.ts';
import { argumentsSchema } from './arguments.ts';
import type { ToolEntry } from './entry.ts';
import { descriptionOf, hintsOf } from './hints.ts';
import { ownTool } from './own-tools.ts';
import type { McpSession } from './session.ts';
import { OWN_TOOLS, toToolName } from './tool-name.ts';

/** Some clients read the first page only, so it is a large one. */
const PAGE = 250;

/** In the order of their names, which is also what a cursor points into: a page is the same whichever process gives it. */
export async function listTools(session: McpSession, cursor: string | undefined): Promise<ListToolsResult> {
  const after = cursor === undefined ? '' : readCursor(cursor);
  const makers = [...(await invocable(session)).entries()].map(
    ([name, entry]) => [name, () => toTool(name, entry)] as const,
  );
  const own = OWN_TOOLS.filter((name) => mayUse(session, name)).map(
    (name) => [name, () => ownTool(name)] as const,
  );
  const left = [...own, ...makers].filter(([name]) => name > after).sort(([a], [b]) => (a < b ? -1 : 1));
  const page = left.slice(0, PAGE);
  const last = page.at(-1)?.[0];
  const hasMore = left.length > page.length && last !== undefined;
  return {
    tools: page.map(([, make]) => make()),
    ...(hasMore && { nextCursor: Buffer.from(last).toString('base64url') }),
  };
}

/** By the names of their tools; nothing but what the caller may invoke. */
export async function invocable({ entries, allows }: McpSession): Promise<Map<string, ToolEntry>> {
  const allowed = (await entries()).filter(({ name }) => allows('invoke', name));
  return new Map(allowed.map((entry) => [toToolName(entry.name), entry]));
}

/** A caller reads what he has started himself, so whoever may invoke anything may ask about it. */
const mayUse = ({ allows }: McpSession, name: string): boolean =>
  name === 'invocation_cancel' ? allows('operate') : allows('read') || allows('invoke');

const toTool = (name: string, entry: ToolEntry): Tool => ({
  name,
  title: entry.name,
  description: descriptionOf(entry),
  inputSchema: argumentsSchema(entry),
  outputSchema: answerSchema(entry),
  annotations: hintsOf(entry),
});

function readCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not one that tools/list gave.');
}
