import type { AttemptEnvelope } from '../core/envelope.ts';
import { COMPENSATE, PREDECESSOR, SEAL, UNSETTLED } from '../core/envelope.ts';
import type { HistoryEvent, Reading } from './history.ts';

/** What an activity of an invocation is for; also the first word of its audit entries. */
export type Role = 'attempt' | 'compensation' | 'seal' | 'predecessor' | 'unsettled';

export interface Activity {
  role: Role;
  /** The attempt it makes, takes back or seals; undefined for another run. */
  attempt?: number;
  /** Of the tries to take an attempt back; 1 is the first. */
  compensationAttempt?: number;
  /** The step of the workflow that it belongs to. */
  step?: number;
  /** Of the action, as the build of the workflow knew it; of an attempt of a step. */
  version?: string;
}

export type Scheduled = NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>;

export const metaOf = ({ input }: Scheduled, reading: Pick<Reading, 'decode'>): Partial<AttemptEnvelope> =>
  (reading.decode(input)[1] as Partial<AttemptEnvelope> | undefined) ?? {};

export function activityOf(scheduled: Scheduled, reading: Pick<Reading, 'decode'>): Activity {
  const meta = metaOf(scheduled, reading);
  const { role, ...which } = roleOf(scheduled.activityType?.name ?? '', meta);
  const isStep = meta.step !== undefined;
  return {
    role,
    ...which,
    ...(isStep && { step: meta.step!.seq }),
    ...(isStep && role === 'attempt' && meta.version !== undefined && { version: meta.version }),
  };
}

function roleOf(type: string, { attempt = 1, compensates }: Partial<AttemptEnvelope>): Activity {
  if (type.endsWith(PREDECESSOR)) return { role: 'predecessor' };
  if (type.endsWith(UNSETTLED)) return { role: 'unsettled' };
  if (type.endsWith(SEAL)) return { role: 'seal', attempt };
  // Another action may compensate: then the type is that action's name.
  if (type.endsWith(COMPENSATE) || compensates) {
    return { role: 'compensation', attempt: compensates?.attempt ?? attempt, compensationAttempt: attempt };
  }
  return { role: 'attempt', attempt };
}
