import type { AttemptEnvelope } from '../core/envelope.ts';
import { COMPENSATE, PREDECESSOR, SEAL } from '../core/envelope.ts';
import type { HistoryEvent, Reading } from './history.ts';

/** What an activity of an invocation is for; also the first word of its audit entries. */
export type Role = 'attempt' | 'compensation' | 'seal' | 'predecessor';

export interface Activity {
  role: Role;
  /** The attempt it makes, takes back or seals; undefined for the run before. */
  attempt?: number;
  /** Of the tries to take an attempt back; 1 is the first. */
  compensationAttempt?: number;
}

type Scheduled = NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>;

export function activityOf({ activityType, input }: Scheduled, reading: Pick<Reading, 'decode'>): Activity {
  const type = activityType?.name ?? '';
  const meta = reading.decode(input)[1] as Partial<AttemptEnvelope> | undefined;
  const attempt = meta?.attempt ?? 1;
  if (type.endsWith(PREDECESSOR)) return { role: 'predecessor' };
  if (type.endsWith(SEAL)) return { role: 'seal', attempt };
  // Another action may compensate: then the type is that action's name.
  if (type.endsWith(COMPENSATE) || meta?.compensates) {
    return {
      role: 'compensation',
      attempt: meta?.compensates?.attempt ?? attempt,
      compensationAttempt: attempt,
    };
  }
  return { role: 'attempt', attempt };
}
