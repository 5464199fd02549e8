import type { ServerContext } from '@modelcontextprotocol/server';
import type { Backend } from '../core/backend.ts';
import type { Invocation } from '../core/invocation.ts';

/** Soon enough to keep a client patient, seldom enough to cost nothing: each is one read. */
const EVERY_MS = 1_000;

/**
 * Tells a client that asked for it how a call goes on, until the returned function is called. Seconds are what surely
 * grows, as the protocol demands of `progress`; nobody knows of how many.
 */
export function tellProgress(ctx: ServerContext, backend: Backend, id: string): () => void {
  const token = ctx.mcpReq._meta?.progressToken;
  if (token === undefined) return () => undefined;
  const begun = Date.now();
  let isOver = false;
  let timer: NodeJS.Timeout;
  const tell = async (): Promise<void> => {
    const message = await backend.get(id).then(describe, () => undefined);
    // The answer may have gone out meanwhile, and nothing may follow it.
    if (isOver) return;
    const progress = (Date.now() - begun) / 1000;
    const params = { progressToken: token, progress, ...(message && { message }) };
    await ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    next();
  };
  const next = (): void => {
    if (!isOver) timer = setTimeout(() => void tell(), EVERY_MS);
  };
  next();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

const describe = ({ id, status, attempts, waitingFor }: Invocation): string =>
  `${id} ${status}, attempt ${attempts}${waitingFor === undefined ? '' : `: ${waitingFor}`}`;
