import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { DoError, isDoError } from '../core/errors.ts';
import { tellRefusal } from './answer.ts';
import { invokeTool } from './invoke.ts';
import type { JsonSchema } from './json-schema.ts';
import { invocable, listTools } from './list.ts';
import { callOwnTool } from './own-tools.ts';
import type { McpSession } from './session.ts';
import { isOwnTool } from './tool-name.ts';

const INSTRUCTIONS = `Each tool is an action or a workflow; every call is an invocation that is on record under its id.
A call that takes long is answered with status "running": go on with invocation_get, never by calling the tool again.
Give an idempotencyKey where repeating a call must not act twice; "replayed" in the answer says that it did not act now.
An error tells its code and what to do; with INPUT_INVALID nothing was executed: correct the arguments and call again.`;

/** A server for one caller. The handlers are set by hand: what there is and may be seen is asked for every time. */
export function createMcpServer(session: McpSession): McpServer {
  const mcp = new McpServer({ name: 'do-sdk', version: session.version }, { instructions: INSTRUCTIONS });
  const { server } = mcp;
  server.registerCapabilities({ tools: {} });
  const told = (error: unknown) => tellable(session, error);
  server.setRequestHandler('tools/list', async ({ params }) => {
    return await listTools(session, params?.cursor).catch((error: unknown) => {
      const { code, message } = told(error);
      throw new ProtocolError(ProtocolErrorCode.InternalError, `${code}: ${message}`);
    });
  });
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    const given: JsonSchema = params.arguments ?? {};
    return await callTool(session, params.name, given, ctx).catch((error: unknown) =>
      tellRefusal(told(error)),
    );
  });
  return mcp;
}

async function callTool(
  session: McpSession,
  name: string,
  given: JsonSchema,
  ctx: ServerContext,
): Promise<CallToolResult> {
  if (isOwnTool(name)) return await callOwnTool(session, name, given, ctx);
  const tools = await invocable(session);
  // An action's own name has a dot where no tool's has one, so it can be meant for nothing else.
  const entry = tools.get(name) ?? [...tools.values()].find((one) => name.includes('.') && one.name === name);
  if (entry) return await invokeTool(session, entry, given, ctx);
  // The same answer for what there is not and for what this caller may not know of.
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool ${JSON.stringify(name.slice(0, 128))}: tools/list has those that this caller may invoke.`,
  );
}

/** What may be told, as over HTTP: a fault of ours stays inside. An error of the protocol is for its client. */
function tellable({ onError }: McpSession, error: unknown): DoError {
  if (error instanceof ProtocolError) throw error;
  if (isDoError(error) && error.code !== 'INTERNAL') return error;
  onError(error);
  return new DoError('INTERNAL', 'The request failed by a fault of the server; its log says more.');
}
