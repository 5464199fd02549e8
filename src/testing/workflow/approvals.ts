import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ActionError } from '../../core/action-error.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../../core/approval.ts';
import { toMs } from '../../core/duration.ts';
import { checkName } from '../../core/name.ts';
import { checkJson } from '../../core/validate.ts';
import type { Approval, ApprovalOptions } from '../../core/workflow-context.ts';
import type { Asking } from './asking.ts';

interface Asked {
  request: ApprovalRequest;
  schema: StandardSchemaV1 | undefined;
  decision?: Approval;
}

/** As sandbox/approvals.ts: what waits for a person. */
export class Approvals {
  readonly #asking: Asking;
  readonly #asked: Asked[] = [];

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  get requests(): ApprovalRequest[] {
    return this.#asked.map(({ request }) => request);
  }

  /** Of an answer that was found fit to be taken. */
  async decide({ name, digest, approved, by, reason = null, data = null }: ApprovalAnswer): Promise<void> {
    const asked = this.#asked.find(({ request }) => request.name === name && request.digest === digest)!;
    const { schema } = asked;
    const checked = schema && approved ? await schema['~standard'].validate(data) : { value: data };
    if (checked.issues) return;
    asked.decision = { approved, by, at: this.#asking.time, reason, data: checked.value };
    asked.request.state = 'decided';
    this.#publish();
  }

  /** Why the data of an answer is refused. */
  async problem({ name, digest, approved, data = null }: ApprovalAnswer): Promise<string | undefined> {
    const asked = this.#asked.find(({ request }) => request.name === name && request.digest === digest);
    const checked = approved ? await asked?.schema?.['~standard'].validate(data) : undefined;
    const why = checked?.issues?.map(({ message }) => message).join('; ');
    return why && `The decision's data is not valid: ${why}. Nothing was decided.`;
  }

  async ask<Data>(name: string, options: ApprovalOptions<Data> = {}): Promise<Approval<Data>> {
    const asked = this.#open(name, options);
    const { timeout } = options;
    const ms = timeout === undefined ? undefined : toMs(timeout, 'timeout');
    const isDecided = () => asked.decision !== undefined;
    const inTime = await this.#asking.condition(isDecided, { summary: `approval ${name}`, ms });
    if (inTime || asked.decision) return asked.decision as Approval<Data>;
    asked.request.state = 'expired';
    this.#publish();
    throw new ActionError(`Nobody decided on "${name}" in time.`, {
      type: 'ApprovalTimedOut',
      nonRetryable: true,
    });
  }

  #open(name: string, { subject, schema, approvers, timeout }: ApprovalOptions): Asked {
    checkName(name);
    const plain = checkJson(subject, 'input', name);
    const at = this.#asking.now;
    const number = this.#asked.filter(({ request }) => request.name === name).length + 1;
    const request: ApprovalRequest = {
      name,
      digest: digestOf({ name, number, subject: plain }),
      subject: plain,
      approvers: approvers ? [...approvers] : null,
      requestedAt: this.#asking.time,
      expiresAt: timeout === undefined ? null : new Date(at + toMs(timeout, 'timeout')).toISOString(),
      state: 'open',
    };
    const asked: Asked = { request, schema };
    this.#asked.push(asked);
    this.#publish();
    return asked;
  }

  #publish(): void {
    const told = this.requests.map((request) =>
      request.state === 'open' ? request : { ...request, subject: null },
    );
    this.#asking.publishApprovals(structuredClone(told));
  }
}

const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
