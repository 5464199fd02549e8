import type { Response } from 'express';
import { isDoError } from '../core/errors.ts';
import type { Invocation } from '../core/invocation.ts';
import type { ApiBackend } from './deps.ts';

export interface WaitLimits {
  waitMs: number;
  /** When its client goes away the waiting ends, not the invocation. */
  res: Response;
  stopping: AbortSignal | undefined;
}

/** The invocation as soon as it has closed, or as it is when the wait is over. */
export async function readWithin(backend: ApiBackend, id: string, limits: WaitLimits): Promise<Invocation> {
  if (limits.waitMs <= 0 || limits.stopping?.aborted) return await backend.get(id);
  const end = endOf(limits);
  try {
    return await backend.closed(id, end.signal);
  } catch (error) {
    if (!isDoError(error) || error.code !== 'WAIT_ABORTED') throw error;
  } finally {
    end.release();
  }
  return await backend.get(id);
}

/** One controller and not AbortSignal.any(): some Node 20 releases collect a composed signal that is still waited on. */
function endOf({ waitMs, res, stopping }: WaitLimits): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const timer = setTimeout(end, waitMs);
  res.once('close', end);
  stopping?.addEventListener('abort', end, { once: true });
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      res.off('close', end);
      stopping?.removeEventListener('abort', end);
    },
  };
}
