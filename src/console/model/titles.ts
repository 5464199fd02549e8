import type { AuditEntry } from '../../core/invocation.ts';

type Titler = (entry: AuditEntry) => string;

const tryOf = ({ compensationAttempt }: AuditEntry): string =>
  compensationAttempt === undefined || compensationAttempt === 1 ? '' : `, try ${compensationAttempt}`;

const CLOSED: Record<string, string> = {
  'invocation.started': 'Accepted',
  'invocation.completed': 'Completed',
  'invocation.failed': 'Failed',
  'invocation.timed_out': 'Timed out',
  'invocation.cancelled': 'Cancelled',
  'invocation.terminated': 'Terminated',
};

/** By what an entry's type begins with. */
const TITLES: Record<string, Titler> = {
  invocation: ({ type }) => CLOSED[type] ?? type,
  attempt: ({ attempt }) => `Attempt ${attempt}`,
  retry: (entry) =>
    entry.compensationAttempt === undefined
      ? `Wait for attempt ${entry.attempt}`
      : `Wait to take back attempt ${entry.attempt}${tryOf(entry)}`,
  compensation: (entry) =>
    entry.attempt === undefined
      ? `Take back${tryOf(entry)}`
      : `Take back attempt ${entry.attempt}${tryOf(entry)}`,
  seal: ({ attempt }) => (attempt === undefined ? 'Seal' : `Seal attempt ${attempt}`),
  action: ({ path, name }) => path ?? name ?? 'Step',
  workflow: ({ path, name }) => path ?? name ?? 'Workflow',
  call: ({ call }) => `Call ${call}`,
  enqueued: ({ name }) => `Enqueued ${name}`,
  signal: ({ name }) => `Signal ${name}`,
  approval: ({ name }) => `Approval ${name}`,
  sleep: () => 'Sleep',
  cancel: () => 'Cancellation',
  state: () => 'State',
  predecessor: () => 'Settle the run before this one',
  unsettled: () => 'Read what was left',
};

export function titleOf(entry: AuditEntry): string {
  const [role = ''] = entry.type.split('.');
  // A type of a newer API speaks for itself.
  return Object.hasOwn(TITLES, role) ? TITLES[role]!(entry) : entry.type;
}
