import type { ApprovalRequest } from './approval-request.ts';
import { nameInTenant } from './caller.ts';
import type { ErrorCode } from './errors.ts';

export type { ApprovalRequest };

/** The Update by which a decision reaches its workflow; no signal and no action has a colon. */
export const APPROVE = ':approve';
/** Fields of the memo, beside the invocation's own. */
export const APPROVALS_KEY = 'do.approvals';

/** A decision, with who made it. */
export interface ApprovalAnswer {
  /** Of the request. */
  name: string;
  /** Of the request. */
  digest: string;
  /** False turns it down. */
  approved: boolean;
  /** The identity of the caller. */
  by: string;
  /** Shown in the audit. */
  reason?: string | null;
  /** Checked by the schema the workflow gave. */
  data?: unknown;
}

/** Why a decision cannot be taken; undefined where it can. */
export function approvalProblem(
  requests: readonly ApprovalRequest[],
  { name, digest, by }: ApprovalAnswer,
): { code: ErrorCode; message: string } | undefined {
  const named = requests.filter((request) => request.name === name);
  if (named.length === 0)
    return { code: 'APPROVAL_NOT_FOUND', message: `No approval "${name.slice(0, 128)}" was asked for.` };
  const request = named.find((one) => one.digest === digest);
  if (!request) {
    const message = `The decision on "${name}" names another digest: what is to be approved is not what was seen. Read it again and decide on that.`;
    return { code: 'APPROVAL_CONFLICT', message };
  }
  if (request.state !== 'open')
    return { code: 'APPROVAL_CONFLICT', message: `The approval "${name}" is ${request.state} already.` };
  if (request.approvers && !mayDecide(request.approvers, by))
    return { code: 'FORBIDDEN', message: `"${by}" is not among those who may decide on "${name}".` };
  return undefined;
}

/**
 * A workflow names its approvers as its own tenant knows them; only callers of that tenant ever reach it. With the tenant
 * before the name it works everywhere.
 */
const mayDecide = (approvers: readonly string[], by: string): boolean =>
  approvers.includes(by) || approvers.includes(nameInTenant(by));
