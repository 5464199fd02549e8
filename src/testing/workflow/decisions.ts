import { approvalProblem } from '../../core/approval.ts';
import type { ApprovalAnswer } from '../../core/approval.ts';
import type { Approvals } from './approvals.ts';
import type { Decide } from './cues.ts';
import type { TestDecision } from './workflow-run.ts';

const DECIDER = 'test';

export interface Decision {
  answer: ApprovalAnswer;
  told: TestDecision;
}

/** What `decide` of a test makes of the requests that there are, and whether the workflow takes it. */
export async function decisionOf(approvals: Approvals, name: string, decide: Decide): Promise<Decision> {
  const named = approvals.requests.filter((request) => request.name === name);
  const request = named.find(({ state }) => state === 'open') ?? named.at(-1);
  const made = typeof decide === 'function' ? request && decide(structuredClone(request)) : decide;
  const { approved = false, by = DECIDER, reason, data, digest = request?.digest ?? '' } = made ?? {};
  const beside = { ...(reason !== undefined && { reason }), ...(data !== undefined && { data }) };
  const answer: ApprovalAnswer = { name, digest, approved, by, ...beside };
  const refused = await refusalOf(approvals, answer);
  return { answer, told: { name, by, approved, refused } };
}

async function refusalOf(approvals: Approvals, answer: ApprovalAnswer): Promise<TestDecision['refused']> {
  const problem = approvalProblem(approvals.requests, answer);
  if (problem) return problem;
  const message = await approvals.problem(answer);
  return message === undefined ? null : { code: 'INPUT_INVALID', message };
}
