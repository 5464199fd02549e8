import { DEFAULT_TENANT, tenantOf } from './caller.ts';
import { executionIn } from './invocation-id.ts';
import type { Visible } from './query.ts';
import { matches } from './scope.ts';

/** Whose invocation, and of what. */
export interface Subject {
  name: string;
  /** Undefined where the id does not tell: what settles an invocation of the default tenant. */
  caller: string | undefined;
}

/** What an invocation's id tells without a read; undefined when it is no id. */
export function subjectOf(invocationId: string): Subject | undefined {
  const workflowId = executionIn(invocationId)?.workflowId;
  return workflowId === undefined ? undefined : subjectOfWorkflow(workflowId);
}

/** The same of the workflow id that it holds. */
export function subjectOfWorkflow(workflowId: string): Subject {
  const [first = '', second, ...rest] = workflowId.split('/');
  // What settles an invocation has its name with a suffix; no name holds a colon.
  const [name = ''] = first.split(':', 1);
  return { name, caller: rest.length === 0 || second === undefined ? undefined : decode(second) };
}

/** Whether the invocation under a workflow id is among those that whoever asks may see. */
export function isWithin(workflowId: string, { tenant, names }: Visible): boolean {
  const { name, caller } = subjectOfWorkflow(workflowId);
  return tenantOf(caller ?? DEFAULT_TENANT) === tenant && names.some((pattern) => matches(pattern, name));
}

function decode(caller: string): string {
  try {
    return decodeURIComponent(caller);
  } catch {
    // Not one of ours, which are escaped; so nothing is there.
    return caller;
  }
}
