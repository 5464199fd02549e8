import { setTimeout as delay } from 'node:timers/promises';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { SLOT_AWAITED } from '../core/envelope.ts';
import { keyOf } from '../core/flow.ts';
import { Pulse } from '../attempt/pulse.ts';
import type { Attempt } from '../attempt/run.ts';
import type { Slot, Slots } from './slots.ts';

/** One that cannot be given back, since it was asked for before its action had a limit, waits within its own time. */
const LONGEST_INLINE_WAIT_MS = 10_000;
/** A handler that goes on after its timeout keeps its slot for as long again as that, and for no less than this. */
const SHORTEST_LINGER_MS = 5_000;

export interface Limited {
  action: AnyAction;
  asked: Pick<Attempt, 'role' | 'input'>;
  meta: AttemptEnvelope;
  /** The action's. */
  queue: string;
  timeoutMs: number;
  signal: AbortSignal;
  heartbeat: (details: unknown) => void;
  /** Temporal's. */
  priority: number;
  /** True: a worker had it before, and gave it back. */
  isBack: boolean;
}

export interface WithSlot {
  /** Aborted with the attempt's own signal, and when its slot is lost. */
  signal: AbortSignal;
  /** For the attempt itself. */
  timeoutMs: number;
  /** What has to end before the slot is free. */
  holds: (work: Promise<unknown>) => void;
}

/** Runs an attempt once it has a slot, where its action has a limit; how high that is this worker's definition says. */
export function withSlot<T>(slots: Slots, limited: Limited, run: (own: WithSlot) => Promise<T>): Promise<T> {
  const { signal, meta } = limited;
  const timeoutMs = limited.timeoutMs - (meta.slotWaitMs ?? 0);
  const isLimited = limited.action.flow?.concurrency !== undefined;
  return isLimited
    ? withTakenSlot(slots, { ...limited, timeoutMs }, run)
    : run({ signal, timeoutMs, holds: () => undefined });
}

async function withTakenSlot<T>(
  slots: Slots,
  limited: Limited,
  run: (own: WithSlot) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs } = limited;
  const slot = await takeBeating(slots, limited, timeoutMs);
  const works: Promise<unknown>[] = [];
  try {
    const both = AbortSignal.any([signal, slot.lost]);
    return await run({ signal: both, timeoutMs, holds: (work) => void works.push(work) });
  } finally {
    void lingering(works, timeoutMs).then(() => slot.release());
  }
}

/** While it waits nobody else tells Temporal that the worker lives, nor that the attempt has not begun. */
async function takeBeating(slots: Slots, limited: Limited, timeoutMs: number): Promise<Slot> {
  const { action, asked, meta, queue, signal, heartbeat, priority } = limited;
  const { limit, key } = action.flow!.concurrency!;
  const waitMs = meta.slotWaitMs ?? Math.min(timeoutMs / 2, LONGEST_INLINE_WAIT_MS);
  const wanted = { id: idOf(asked.role, meta), queue, key: keyOf(key, asked.input), limit, priority };
  const pulse = new Pulse(heartbeat);
  const onBusy = (awaited: string) => pulse.beat({ [SLOT_AWAITED]: awaited });
  try {
    const slot = await slots.take(wanted, { waitMs, signal, onBusy });
    // Temporal keeps what was said before this worker was given the attempt, too.
    if (limited.isBack || pulse.last !== undefined) heartbeat(undefined);
    return slot;
  } finally {
    pulse.stop();
  }
}

/** No other attempt, and no other try to take one back, has the same. */
const idOf = (role: Attempt['role'], { token, attempt, compensates }: AttemptEnvelope): string =>
  compensates ? `${token}/${compensates.attempt}/${role}/${attempt}` : `${token}/${attempt}`;

/** A handler that does not heed its signal may still act: its slot is not free, but must not be gone for ever either. */
async function lingering(works: Promise<unknown>[], timeoutMs: number): Promise<void> {
  if (works.length === 0) return;
  const ended = new AbortController();
  const patience = delay(Math.max(timeoutMs, SHORTEST_LINGER_MS), undefined, {
    signal: ended.signal,
    ref: false,
  });
  await Promise.race([Promise.allSettled(works), patience.catch(() => undefined)]);
  ended.abort();
}
