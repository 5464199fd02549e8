import { DoError } from './errors.ts';

/** A length of time: milliseconds, or a number with a unit (`'500ms'`, `'1s'`, `'5m'`, `'2h'`, `'7d'`, `'14 days'`). */
export type Duration = number | string;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Temporal keeps durations as int64 nanoseconds; 100 years is far inside that and longer than any retention. */
export const LONGEST_MS = 100 * 365 * UNIT_MS['d']!;

/** The milliseconds of `value`; throws `DEFINITION_INVALID` naming `field` unless it is a duration of at least 1 ms. */
export function toMs(value: Duration, field: string): number {
  const ms = typeof value === 'number' ? value : parse(value);
  if (!Number.isFinite(ms) || ms < 1 || ms > LONGEST_MS) {
    throw new DoError(
      'DEFINITION_INVALID',
      `Expected \`${field}\` to be a duration such as 500, '500ms', '30s', '5m', '2h', '7d' or '14 days' (at least 1 ms), got ${typeof value === 'string' ? JSON.stringify(value) : String(value)}.`,
    );
  }
  return Math.ceil(ms);
}

function parse(text: unknown): number {
  const match = typeof text === 'string' ? DURATION.exec(text) : null;
  if (!match) return NaN;
  const [, amount, unit, word] = match;
  // A word begins with its unit.
  return Number(amount) * (unit ? UNIT_MS[unit]! : word === 'week' ? 7 * UNIT_MS['d']! : UNIT_MS[word![0]!]!);
}

export const DURATION = /^(\d+(?:\.\d+)?) ?(?:(ms|s|m|h|d)|(second|minute|hour|day|week)s?)$/;

const LARGEST_FIRST = Object.entries(UNIT_MS).reverse();

/** As a definition would write it: in the largest unit that needs no fraction. */
export function toDuration(ms: number): string {
  const [unit, size] = LARGEST_FIRST.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
