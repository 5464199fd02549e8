import { pause } from '../core/pause.ts';
import type { Reply } from './reply.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export interface Patience {
  /** For how long an outage is waited out. */
  limitMs: number;
  /** Whether the request may be sent again though it may have arrived. */
  isRepeatable: boolean;
  signal?: AbortSignal | undefined;
}

type Success = Extract<Reply, { ok: true }>;

/** Sends again while the API cannot be reached; rejects with the last error once patience is over. */
export async function patiently(
  send: () => Promise<Reply>,
  { limitMs, isRepeatable, signal }: Patience,
): Promise<Success> {
  let givesUpAt: number | undefined;
  for (let tries = 1; ; tries++) {
    const reply = await send();
    if (reply.ok) return reply;
    // Counted from the first failure: the request itself may have waited for long.
    givesUpAt ??= Date.now() + limitMs;
    const mayRepeat = reply.kind === 'refused' || (reply.kind === 'lost' && isRepeatable);
    const pauseMs = Math.max(reply.retryAfterMs ?? 0, backoffMs(tries));
    if (!mayRepeat || Date.now() + pauseMs > givesUpAt) throw reply.error;
    await pause(pauseMs, signal);
  }
}

/** Jitter, so that many clients of an API that returns do not return together. */
const backoffMs = (tries: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 4);
