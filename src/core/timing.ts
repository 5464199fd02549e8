import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { DoError } from './errors.ts';
import type { Invocation } from './invocation.ts';

export interface Timing {
  delayMs: number | undefined;
  deadlineMs: number | undefined;
}

/** How the caller spells the two: options of a call, or headers. */
export interface TimingFields {
  delay: string;
  deadline: string;
}

/** Both count from acceptance, so a deadline within the delay could only ever pass. */
export function toTiming(
  given: { delay?: Duration | undefined; deadline?: Duration | undefined },
  fields: TimingFields = { delay: 'delay', deadline: 'deadline' },
): Timing {
  // A computed delay, `Math.max(0, at - now)`, may well be none.
  const delayMs =
    given.delay === undefined || given.delay === 0 ? undefined : toMs(given.delay, fields.delay);
  const deadlineMs = given.deadline === undefined ? undefined : toMs(given.deadline, fields.deadline);
  if (delayMs === undefined || deadlineMs === undefined || deadlineMs > delayMs)
    return { delayMs, deadlineMs };
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`${fields.deadline}\` to be longer than \`${fields.delay}\`: it counts from acceptance, the delay included.`,
  );
}

/** The field of an invocation that tells when it begins; none without a delay. */
export const startsAtOf = (startedAt: string, delayMs: number | undefined): Pick<Invocation, 'startsAt'> =>
  delayMs === undefined ? {} : { startsAt: new Date(Date.parse(startedAt) + delayMs).toISOString() };
