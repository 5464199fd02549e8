import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../facts.ts';
import type { Random } from '../random.ts';
import type { System } from '../system.ts';

/** What a nemesis has at hand. */
export interface World {
  system: System;
  faults: Faults;
  random: Random;
  /** Has clients ask once more under the key of what was just terminated. */
  repeat: (key: string, times: number) => Promise<void>;
  /** When the slot ends, on the monotonic clock. */
  until: number;
  /** When the run ends before it. */
  stop: AbortSignal;
}

/** Does its harm until the slot is over, and leaves nothing behind that does not mend by itself. */
export type Nemesis = (world: World) => Promise<void>;

/** Everything done to the system on purpose, so that the report can count it and the checker can excuse by it. */
export class Faults {
  readonly all: Fault[] = [];

  /** `forMs` 0: a moment. */
  add(kind: string, target: string, forMs = 0): void {
    const at = Date.now();
    this.all.push({ kind, target, at, until: at + forMs });
  }

  begin(kind: string, target: string): () => void {
    const fault = { kind, target, at: Date.now(), until: Infinity };
    this.all.push(fault);
    return () => (fault.until = Date.now());
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.all) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
}

export const isOver = ({ until, stop }: World): boolean => stop.aborted || performance.now() >= until;

/** Between one harm and the next. */
export const pause = async ({ stop }: World, ms: number): Promise<void> =>
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
