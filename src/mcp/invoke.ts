import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import type { Invocation } from '../core/invocation.ts';
import type { Answer } from './answer.ts';
import { tell, tellFailure } from './answer.ts';
import { readArguments } from './arguments.ts';
import type { ToolEntry } from './entry.ts';
import type { JsonSchema } from './json-schema.ts';
import { tellProgress } from './progress.ts';
import type { McpSession } from './session.ts';
import { closedWithin } from './wait.ts';

/** Starts an invocation and waits for it; one that goes on is told by its id, and how to go on with it. */
export async function invokeTool(
  session: McpSession,
  entry: ToolEntry,
  given: JsonSchema,
  ctx: ServerContext,
): Promise<CallToolResult> {
  const call = readArguments(entry, given, ctx.mcpReq._meta?.['idempotencyKey']);
  const { backend } = session;
  const { id, replayed } = await backend.start({ name: entry.name, kind: entry.kind, ...call });
  const stopProgress = tellProgress(ctx, backend, id);
  try {
    const signals = [ctx.mcpReq.signal, session.stopping];
    const closed = await closedWithin(backend, id, { waitMs: session.waitMs, signals });
    if (!closed) return tell(running(id, replayed));
    if ('failed' in closed) return tellFailure(failed(closed.failed, replayed));
    return tell({ id, status: 'completed', replayed, output: closed.output } satisfies Answer);
  } catch (error) {
    // It was accepted: told of an error, a model would call again, and that would be another one.
    session.onError(error);
    return tell(running(id, replayed));
  } finally {
    stopProgress();
  }
}

const running = (id: string, replayed: boolean): Answer => ({
  id,
  status: 'running',
  replayed,
  next: 'It goes on. Call invocation_get with this id and waitSeconds for its result; do not call this tool again for it.',
});

const failed = ({ id, status, error }: Invocation, replayed: boolean): Answer => ({
  ...{ id, status, replayed },
  ...(error && { error: { code: error.code, type: error.type, message: error.message } }),
});
