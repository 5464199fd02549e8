import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { NemesisName } from './index.ts';
import { NEMESES } from './index.ts';
import type { World } from './nemesis.ts';

export interface Slot {
  /** Of these, which do not know of each other, all at once. */
  nemeses: NemesisName[];
  onMs: number;
  offMs: number;
}

const ON_MS = 5_000;
const OFF_MS = 3_000;

/** There are about ten of them, and each has to be met. */
const MORE: NemesisName[] = ['failpoints', 'failpoints', 'failpoints'];

const AT_ONCE = 2;

/** Deals from a shuffled deck, so that each has its turn before any has its second; two at a time. */
export function plan(random: Random, names: readonly NemesisName[], totalMs: number): Slot[] {
  const slots: Slot[] = [];
  let deck: NemesisName[] = [];
  const deal = (): NemesisName => {
    if (deck.length === 0)
      deck = random.shuffle(names.flatMap((name) => (name === 'failpoints' ? MORE : [name])));
    return deck.pop()!;
  };
  for (let atMs = 0; atMs + ON_MS <= totalMs; atMs += ON_MS + OFF_MS) {
    const nemeses = names.length <= AT_ONCE ? names : new Set([deal(), deal()]);
    slots.push({ nemeses: [...nemeses], onMs: ON_MS, offMs: OFF_MS });
  }
  return slots;
}

/** Runs one slot after the other until all are over or the run is stopped. */
export async function unleash(
  slots: readonly Slot[],
  world: Omit<World, 'until'>,
  onSlot: (slot: Slot, index: number) => void,
): Promise<void> {
  for (const [index, slot] of slots.entries()) {
    if (world.stop.aborted) return;
    onSlot(slot, index);
    const until = performance.now() + slot.onMs;
    const own = (name: NemesisName) => world.random.child(`${index}/${name}`);
    await Promise.all(slot.nemeses.map((name) => NEMESES[name]({ ...world, random: own(name), until })));
    if (index < slots.length - 1)
      await delay(slot.offMs, undefined, { signal: world.stop }).catch(() => undefined);
  }
}
