import type { Backend } from '../core/backend.ts';
import { isDoError } from '../core/errors.ts';
import type { Invocation } from '../core/invocation.ts';

export interface WaitLimits {
  waitMs: number;
  /** Any of them ends the waiting, never the invocation. */
  signals: readonly (AbortSignal | undefined)[];
}

type Closed = { output: unknown } | { failed: Invocation };

/** How the invocation closed; undefined when it still runs at the end of the wait. */
export async function closedWithin(
  backend: Backend,
  id: string,
  limits: WaitLimits,
): Promise<Closed | undefined> {
  const end = endOf(limits);
  try {
    return { output: await backend.output(id, end.signal) };
  } catch (error) {
    if (!isDoError(error)) throw error;
    if (error.invocation) return { failed: error.invocation };
    if (error.code === 'WAIT_ABORTED') return undefined;
    throw error;
  } finally {
    end.release();
  }
}

/** One controller and not AbortSignal.any(): some Node 20 releases collect a composed signal that is still waited on. */
function endOf({ waitMs, signals }: WaitLimits): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const timer = setTimeout(end, waitMs);
  for (const signal of signals) {
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  }
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', end);
    },
  };
}
