import type { Audit, Invocation } from '../../../src/core/invocation.ts';
import type { Facts, Violation } from '../facts.ts';

/** The record of one operation: what every invocation of it came to. */
export interface OperationView {
  ref: string;
  action: string;
  invocations: Invocation[];
  completed: Invocation[];
  /** Terminate runs no code of the invocation: what it had committed stands, what it had not is sealed. */
  terminated: Invocation[];
}

/** What a client put into the input to find its effects by. */
export function refOf({ input }: Invocation): string {
  const { ref, subject } = (input ?? {}) as { ref?: string; subject?: string };
  return ref ?? subject ?? '';
}

/** A compensation or a note is asked for by the platform or a handler, not by a client. */
const isClients = ({ name, caller }: Invocation): boolean =>
  caller === 'api' && ['bank.transfer', 'bank.pay', 'hold.place', 'email.send'].includes(name);

export const clientInvocations = ({ audits }: Facts): Invocation[] =>
  audits.map(({ invocation }) => invocation).filter(isClients);

/** Every operation of which an invocation exists, a mismatching input being one of its own. */
export function operationsOf(facts: Facts): OperationView[] {
  const views = new Map<string, OperationView>();
  for (const invocation of clientInvocations(facts)) {
    const ref = refOf(invocation);
    const view = views.get(ref) ?? {
      ref,
      action: invocation.name,
      invocations: [],
      completed: [],
      terminated: [],
    };
    view.invocations.push(invocation);
    if (invocation.status === 'completed') view.completed.push(invocation);
    if (invocation.status === 'terminated') view.terminated.push(invocation);
    views.set(ref, view);
  }
  return [...views.values()];
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export const violation = (invariant: string, message: string): Violation => ({ invariant, message });

export const brief = ({ id, status, name, attempts, error }: Invocation): string =>
  `${name} ${status} after ${attempts} attempts${error ? ` (${error.code} ${error.type})` : ''} ${id}`;

export type Check = (facts: Facts) => Violation[];
export type { Audit, Invocation };
