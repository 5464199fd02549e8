import type { AuditEntry, Invocation } from '../../core/invocation.ts';
import { lengthMs } from './format.ts';
import type { Row } from './timeline.ts';

/** What the width of the timeline stands for. */
export interface Span {
  from: string;
  lengthMs: number;
  now: number;
}

/** From the acceptance to the last thing that is known, or to now; clocks of several machines make it less than exact. */
export function spanOf(
  { startedAt, closedAt }: Pick<Invocation, 'startedAt' | 'closedAt'>,
  entries: readonly AuditEntry[],
  now: number,
): Span {
  const last = entries.at(-1)?.at ?? startedAt;
  const end = closedAt !== null && closedAt > last ? closedAt : last;
  const until = closedAt === null ? Math.max(now, Date.parse(last)) : Date.parse(end);
  return { from: startedAt, lengthMs: Math.max(1, until - Date.parse(startedAt)), now };
}

/** Percent of the width. */
export function barOf(row: Row, { from, lengthMs: whole, now }: Span): { left: number; width: number } {
  const percent = (ms: number): number => Math.min(100, Math.max(0, (ms / whole) * 100));
  const left = percent(lengthMs(from, row.from, now));
  const end = percent(lengthMs(from, row.to, now));
  return { left, width: Math.max(0, end - left) };
}
