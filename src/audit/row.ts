import type { RecordedCall } from '../core/envelope.ts';
import type { AuditEntry } from '../core/invocation.ts';
import type { Activity } from './activities.ts';

/** An entry without what the place in the audit gives it. */
export type Row = Omit<AuditEntry, 'seq' | 'at'>;

export const rowOf = ({ role, version: _, ...which }: Activity, what: string): Row => ({
  type: `${role}.${what}`,
  ...which,
});

export const callRow = ({ name, state, attempt }: RecordedCall, step?: number): Row => ({
  type: `call.${state}`,
  attempt,
  call: name,
  ...(step !== undefined && { step }),
});
