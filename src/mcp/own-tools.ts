import type { CallToolResult, ServerContext, Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { DoError } from '../core/errors.ts';
import type { Invocation } from '../core/invocation.ts';
import { tell } from './answer.ts';
import { tellProgress } from './progress.ts';
import type { McpSession } from './session.ts';
import type { OwnTool } from './tool-name.ts';
import { closedWithin } from './wait.ts';

/** Clients give up on a call after a minute, unless told otherwise. */
const LONGEST_WAIT_S = 50;
const PAGE = 100;

const id = z.string().describe('Of the invocation, as the call that started it was told.');

const INPUTS = {
  invocation_get: z.strictObject({
    id,
    waitSeconds: z.number().min(0).max(LONGEST_WAIT_S).default(0).describe('For it to close.'),
  }),
  invocation_audit: z.strictObject({
    id,
    after: z.int().min(0).default(0).describe('The `seq` of the last entry that is known already.'),
  }),
  invocation_cancel: z.strictObject({ id }),
} satisfies Record<OwnTool, z.ZodType>;

const DESCRIPTIONS: Record<OwnTool, string> = {
  invocation_get: 'An invocation as it is now: its status, and its output or error once it has closed.',
  invocation_audit: `What happened to an invocation, attempt by attempt, in order; at most ${PAGE} entries at a time.`,
  invocation_cancel:
    'Asks an invocation that runs to end. What runs is told and waited for, and what was done is taken back where it can be.',
};

/** The only tools whose effect is known: it is ours. */
const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const CANCELS = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false };

export const ownTool = (name: OwnTool): Tool => ({
  name,
  description: DESCRIPTIONS[name],
  inputSchema: z.toJSONSchema(INPUTS[name], { io: 'input' }) as Tool['inputSchema'],
  annotations: name === 'invocation_cancel' ? CANCELS : READS,
});

export async function callOwnTool(
  session: McpSession,
  name: OwnTool,
  given: unknown,
  ctx: ServerContext,
): Promise<CallToolResult> {
  const { backend } = session;
  switch (name) {
    case 'invocation_get':
      return tell(shown(await getWithin(session, read(INPUTS.invocation_get, given), ctx)));
    case 'invocation_audit': {
      const { id, after } = read(INPUTS.invocation_audit, given);
      const { invocation, entries } = await backend.audit(id);
      const page = entries.filter(({ seq }) => seq > after).slice(0, PAGE);
      const hasMore = (page.at(-1)?.seq ?? after) < (entries.at(-1)?.seq ?? 0);
      return tell({ id, status: invocation.status, entries: page, hasMore });
    }
    case 'invocation_cancel': {
      const { id } = read(INPUTS.invocation_cancel, given);
      await backend.cancel(id);
      return tell(shown(await backend.get(id)));
    }
  }
}

/** Paths of the HTTP API, which a model has no use for. */
const shown = ({ links: _, ...invocation }: Invocation): Omit<Invocation, 'links'> => invocation;

async function getWithin(
  { backend, stopping }: McpSession,
  { id, waitSeconds }: z.infer<(typeof INPUTS)['invocation_get']>,
  ctx: ServerContext,
): Promise<Invocation> {
  const found = await backend.get(id);
  if (found.status !== 'running' || waitSeconds === 0) return found;
  const stopProgress = tellProgress(ctx, backend, id);
  try {
    await closedWithin(backend, id, { waitMs: waitSeconds * 1000, signals: [ctx.mcpReq.signal, stopping] });
  } finally {
    stopProgress();
  }
  return await backend.get(id);
}

function read<Schema extends z.ZodType>(schema: Schema, given: unknown): z.infer<Schema> {
  const { error, data } = schema.safeParse(given);
  if (!error) return data;
  const issues = error.issues.map(({ path, message }) => `\`${path.join('.')}\`: ${message}`).join('; ');
  throw new DoError('INPUT_INVALID', `The arguments are not valid: ${issues}. Nothing was executed.`);
}
