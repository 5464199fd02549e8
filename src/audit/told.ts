import type { ApprovalRequest } from '../core/approval.ts';
import { APPROVALS_KEY } from '../core/approval.ts';
import type { SensitiveSchemas } from '../core/envelope.ts';
import { SENSITIVE_KEY, STATE_KEY } from '../core/envelope.ts';
import type { Invocation } from '../core/invocation.ts';
import type { HistoryEvent, InvocationRecord, Memo, Reading } from './history.ts';
import { fieldOf } from './memo.ts';

/** What the workflow has told of itself by `ctx.set`; nothing where it has told nothing. */
export function stateOf(record: InvocationRecord, reading: Reading): Pick<Invocation, 'state'> {
  const state = lastTold(record, STATE_KEY, reading);
  return state === undefined ? {} : { state };
}

/** What the workflow has told of the schemas of its signals and approvals; nothing where it is encrypted with a key that is not here. */
export function sensitiveSchemas(record: InvocationRecord, reading: Reading): SensitiveSchemas {
  const told = lastTold<unknown>(record, SENSITIVE_KEY, reading);
  return typeof told === 'object' && told !== null ? told : {};
}

/** All that people were asked so far. */
function approvalsOf(record: InvocationRecord, reading: Reading): ApprovalRequest[] {
  const told = lastTold(record, APPROVALS_KEY, reading);
  return listOf(told);
}

/** None where they are encrypted with a key that is not here. */
export const listOf = (told: unknown): ApprovalRequest[] =>
  Array.isArray(told) ? (told as ApprovalRequest[]) : [];

export function openApprovals(record: InvocationRecord, reading: Reading): Pick<Invocation, 'approvals'> {
  const approvals = approvalsOf(record, reading).filter(({ state }) => state === 'open');
  return approvals.length === 0 ? {} : { approvals };
}

function lastTold<T>(record: InvocationRecord, key: string, reading: Reading): T | undefined {
  // A run that goes on from another one has its memo.
  const told = (record.runs.at(-1) ?? []).findLast((event) => toldMemo(event)?.fields?.[key]);
  return told && fieldOf<T>(toldMemo(told), key, reading);
}

/** What an event puts into the memo. */
export const toldMemo = (event: HistoryEvent): Memo | null | undefined =>
  event.workflowPropertiesModifiedEventAttributes?.upsertedMemo ??
  event.workflowExecutionStartedEventAttributes?.memo;
