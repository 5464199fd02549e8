import { sha256 } from '@noble/hashes/sha256';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { ApplicationFailure, condition, defineUpdate, setHandler, upsertMemo } from '@temporalio/workflow';
import canonicalize from 'canonicalize';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ActionError } from '../core/action-error.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../core/approval.ts';
import { APPROVE, APPROVALS_KEY, approvalProblem } from '../core/approval.ts';
import type { CarriedApprovals, OpenOperation } from '../core/carried-run.ts';
import { toMs } from '../core/duration.ts';
import type { ErrorCode } from '../core/errors.ts';
import { checkName } from '../core/name.ts';
import type { Mask } from '../core/secret-mask.ts';
import { checkJson } from '../core/validate.ts';
import type { Approval, ApprovalOptions } from '../core/workflow-context.ts';
import type { Sensitive } from './sensitive.ts';

/** Of those that were settled, this many are still told from those that never were: each change writes all of them again. */
const SETTLED_SHOWN = 50;

interface Asked {
  request: ApprovalRequest;
  /** False until a handler that runs again gets to it, and with it to its schema. */
  isAwaited: boolean;
  schema: StandardSchemaV1 | undefined;
  decision?: Approval;
}

/** What waits for a person. Open requests are in the memo, so that they are read without a worker. */
export class Approvals {
  readonly #asked: Asked[];
  readonly #counts: Map<string, number>;
  readonly #sensitive: Sensitive;

  constructor(sensitive: Sensitive, { requests, counts }: CarriedApprovals = { requests: [], counts: {} }) {
    this.#sensitive = sensitive;
    this.#asked = requests.map((request) => ({
      request: { ...request },
      schema: undefined,
      isAwaited: false,
    }));
    this.#counts = new Map(Object.entries(counts));
  }

  /** All that are open, and of the others those that are shown. */
  carried(): CarriedApprovals {
    return { requests: this.#shown(), counts: Object.fromEntries(this.#counts) };
  }

  /** A decision is an Update: whoever decides is told at once that it was taken, or why it was not. */
  listen(): void {
    setHandler(defineUpdate<null, [ApprovalAnswer]>(APPROVE), (answer) => this.#take(answer), {
      validator: (answer: ApprovalAnswer) => void this.#check(answer),
    });
  }

  async #take(answer: ApprovalAnswer): Promise<null> {
    const open = this.#check(answer);
    await condition(() => open.isAwaited);
    this.#sensitive.saw(answer.data, open.schema);
    const decision = await decisionOf(open, answer, this.#sensitive.mask);
    // Somebody else may have been faster while the schema was at work.
    const asked = this.#check(answer);
    asked.decision = decision;
    asked.request.state = 'decided';
    this.#publish();
    return null;
  }

  /** The open request that an answer is for. */
  #check(answer: ApprovalAnswer): Asked {
    const problem = approvalProblem(
      this.#asked.map(({ request }) => request),
      answer,
    );
    if (problem) throw refusal(problem.code, problem.message);
    return this.#find(answer)!;
  }

  #find = ({ name, digest }: ApprovalAnswer): Asked | undefined =>
    this.#asked.find(
      ({ request }) => request.name === name && request.digest === digest && request.state === 'open',
    );

  /** The decision, with its data as they were sent. `open` is what a run before had asked for in this place. */
  async ask(name: string, options: ApprovalOptions, open: OpenOperation): Promise<Approval> {
    this.#sensitive.declare('approval', name, options.schema);
    const asked = this.#again(open, options) ?? this.#open(name, options);
    const { digest, expiresAt } = asked.request;
    open.digest = digest;
    const isDecided = () => asked.decision !== undefined;
    const inTime =
      expiresAt === null
        ? await condition(isDecided).then(() => true)
        : await condition(isDecided, Math.max(1, Date.parse(expiresAt) - Date.now()));
    if (inTime || asked.decision) return asked.decision!;
    asked.request.state = 'expired';
    this.#publish();
    throw new ActionError(`Nobody decided on "${name}" in time.`, {
      type: 'ApprovalTimedOut',
      nonRetryable: true,
    });
  }

  #again({ digest }: OpenOperation, { schema }: ApprovalOptions): Asked | undefined {
    const asked = this.#asked.find(({ request }) => request.state === 'open' && request.digest === digest);
    return asked && Object.assign(asked, { schema, isAwaited: true });
  }

  #open(name: string, { subject, schema, approvers, timeout }: ApprovalOptions): Asked {
    checkName(name);
    // The decision holds for what is shown, and its digest must tell nothing more.
    const plain = this.#sensitive.mask(checkJson(subject, 'input', name));
    const open = this.#asked.flatMap(({ request }) => (request.state === 'open' ? request.subject : []));
    // Together they are in one memo, which Temporal refuses above 2 MiB, and with it the task, for ever.
    checkJson([...open, plain], 'input', name);
    const at = Date.now();
    const number = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, number);
    const request: ApprovalRequest = {
      name,
      digest: digestOf({ name, number, subject: plain }),
      subject: plain,
      approvers: approvers ? [...approvers] : null,
      requestedAt: new Date(at).toISOString(),
      expiresAt: timeout === undefined ? null : new Date(at + toMs(timeout, 'timeout')).toISOString(),
      state: 'open',
    };
    const asked: Asked = { request, schema, isAwaited: true };
    this.#asked.push(asked);
    this.#publish();
    return asked;
  }

  #publish(): void {
    upsertMemo({ [APPROVALS_KEY]: this.#shown() });
  }

  #shown(): ApprovalRequest[] {
    const settled = this.#asked.flatMap(({ request }) => (request.state === 'open' ? [] : request));
    const shown = new Set(settled.slice(-SETTLED_SHOWN));
    return this.#asked.flatMap(({ request }) => {
      if (request.state === 'open') return request;
      return shown.has(request) ? { ...request, subject: null } : [];
    });
  }
}

/** Of the number too: a decision on the first of two equal requests is none on the second. */
const digestOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? '')));

/** Any other error in an Update would not refuse it, but fail the task of its workflow again and again. */
const refusal = (code: ErrorCode, message: string) => ApplicationFailure.nonRetryable(message, code);

async function decisionOf({ schema }: Asked, answer: ApprovalAnswer, mask: Mask): Promise<Approval> {
  const { approved, by, reason = null, data = null } = answer;
  const checked = schema && approved ? await validated(schema, data) : { value: data };
  if (checked.issues) {
    const why = mask(checked.issues.map(({ message }) => message).join('; '));
    throw refusal('INPUT_INVALID', `The decision's data is not valid: ${why}. Nothing was decided.`);
  }
  return { approved, by, at: new Date().toISOString(), reason, data };
}

async function validated(schema: StandardSchemaV1, data: unknown) {
  try {
    return await schema['~standard'].validate(data);
  } catch (error) {
    return { issues: [{ message: String(error) }] };
  }
}
