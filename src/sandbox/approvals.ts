import { sha256 } from '@noble/hashes/sha256';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { condition, defineUpdate, setHandler, upsertMemo } from '@temporalio/workflow';
import canonicalize from 'canonicalize';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ActionError } from '../core/action-error.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../core/approval.ts';
import { APPROVE, APPROVALS_KEY, approvalProblem } from '../core/approval.ts';
import { toMs } from '../core/duration.ts';
import { checkJson } from '../core/validate.ts';
import type { Approval, ApprovalOptions } from '../core/workflow-context.ts';

interface Asked {
  request: ApprovalRequest;
  schema: StandardSchemaV1 | undefined;
  decision?: Approval;
}

/** What waits for a person. Open requests are in the memo, so that they are read without a worker. */
export class Approvals {
  readonly #asked: Asked[] = [];

  /** A decision is an Update: whoever decides is told at once that it was taken, or why it was not. */
  listen(): void {
    setHandler(
      defineUpdate<null, [ApprovalAnswer]>(APPROVE),
      async (answer) => {
        const asked = this.#find(answer)!;
        asked.decision = await decisionOf(asked, answer);
        asked.request.state = 'decided';
        this.#publish();
        return null;
      },
      {
        validator: (answer) => {
          const problem = approvalProblem(this.#asked.map(({ request }) => request), answer);
          if (problem) throw new ActionError(problem.message, { type: problem.code, nonRetryable: true });
        },
      },
    );
  }

  #find = ({ name, digest }: ApprovalAnswer): Asked | undefined =>
    this.#asked.find(({ request }) => request.name === name && request.digest === digest && request.state === 'open');

  async ask<Data>(name: string, options: ApprovalOptions<Data> = {}): Promise<Approval<Data>> {
    const asked = this.#open(name, options as ApprovalOptions);
    const { timeout } = options;
    const isDecided = () => asked.decision !== undefined;
    const inTime =
      timeout === undefined
        ? await condition(isDecided).then(() => true)
        : await condition(isDecided, toMs(timeout, 'timeout'));
    if (inTime || asked.decision) return asked.decision as Approval<Data>;
    asked.request.state = 'expired';
    this.#publish();
    throw new ActionError(`Nobody decided on "${name}" in time.`, {
      type: 'ApprovalTimedOut',
      nonRetryable: true,
    });
  }

  #open(name: string, { subject, schema, approvers, timeout }: ApprovalOptions): Asked {
    const plain = checkJson(subject, 'input', name);
    const at = Date.now();
    const number = this.#asked.filter(({ request }) => request.name === name).length + 1;
    const request: ApprovalRequest = {
      name,
      digest: digestOf({ name, number, subject: plain }),
      subject: plain,
      approvers: approvers ? [...approvers] : null,
      requestedAt: new Date(at).toISOString(),
      expiresAt: timeout === undefined ? null : new Date(at + toMs(timeout, 'timeout')).toISOString(),
      state: 'open',
    };
    const asked: Asked = { request, schema };
    this.#asked.push(asked);
    this.#publish();
    return asked;
  }

  #publish(): void {
    upsertMemo({ [APPROVALS_KEY]: this.#asked.map(({ request }) => request) });
  }
}

/** Of the number too: a decision on the first of two equal requests is none on the second. */
const digestOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? '')));

async function decisionOf({ schema }: Asked, answer: ApprovalAnswer): Promise<Approval> {
  const { approved, by, reason = null, data = null } = answer;
  const checked = schema && approved ? await schema['~standard'].validate(data) : { value: data };
  if ('issues' in checked && checked.issues) {
    const why = checked.issues.map(({ message }) => message).join('; ');
    throw new ActionError(`The decision's data is not valid: ${why}`, { type: 'INPUT_INVALID', nonRetryable: true });
  }
  return { approved, by, at: new Date().toISOString(), reason, data: (checked as { value: unknown }).value };
}
