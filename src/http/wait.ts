import { setMaxListeners } from 'node:events';
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

/** What `work` gives, which waits until its signal is aborted. */
export async function within<T>(
  { waitMs, res, stopping }: WaitLimits,
  work: (end: AbortSignal) => Promise<T>,
): Promise<T> {
  // One controller and not AbortSignal.any(): some Node 20 releases collect a composed signal that is still waited on.
  const controller = new AbortController();
  // Each item of a batch waits by it, and every request that waits by the other.
  setMaxListeners(0, controller.signal, ...(stopping ? [stopping] : []));
  const end = (): void => controller.abort();
  const timer = setTimeout(end, waitMs);
  if (waitMs <= 0 || stopping?.aborted) end();
  res.once('close', end);
  stopping?.addEventListener('abort', end, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    res.off('close', end);
    stopping?.removeEventListener('abort', end);
  }
}

/** The invocation as soon as it has closed, or as it is when the wait is over. */
export async function readUntil(
  backend: ApiBackend,
  id: string,
  end: AbortSignal,
  options?: { isOwn?: boolean },
): Promise<Invocation> {
  if (!end.aborted) {
    try {
      return await backend.closed(id, end, options);
    } catch (error) {
      if (!isDoError(error) || error.code !== 'WAIT_ABORTED') throw error;
    }
  }
  return await backend.get(id);
}
