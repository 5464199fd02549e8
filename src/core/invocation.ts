import type { ApprovalRequest } from './approval-request.ts';

/**
 * `failed`: the last attempt failed or timed out. `timed_out`: the invocation's own deadline passed. `terminated`: ended
 * from outside by Temporal's terminate.
 */
export type InvocationStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'timed_out' | 'terminated';

/** One invocation of an action, as every door shows it. Times are RFC 3339 UTC. */
export interface Invocation<Output = unknown> {
  /** Opaque, URL-safe, never shared by two invocations. */
  id: string;
  /** What was invoked. */
  kind: 'action' | 'workflow';
  /** Of the action. */
  name: string;
  /** Of the action, when the invocation was accepted. */
  version: string;
  /** `running` until closed. */
  status: InvocationStatus;
  /** The JSON value as it was sent, before schema defaults. */
  input: unknown;
  /** Null until completed. */
  output: Output | null;
  /** Why it closed without completing; null while it runs and when it has completed. */
  error: InvocationError | null;
  /** The key it was invoked with; null when there was none. */
  idempotencyKey: string | null;
  /** Who asked: the identity of the API key, or `local` for a `client` that talks to Temporal itself. */
  caller: string;
  /** Attempts begun so far. */
  attempts: number;
  /** When it was accepted. */
  startedAt: string;
  /** Present when it was asked to wait first (`delay`): when its first attempt was due. */
  startsAt?: string;
  /** When it ended, in whatever way; null while it runs. */
  closedAt: string | null;
  /** Present on an invocation that settles another one, which was ended from outside: the id of that. */
  settles?: string;
  /** Of a workflow: what it has told of itself last by `ctx.set`; absent while it has told nothing. */
  state?: unknown;
  /** Of a workflow that runs: what waits for a person's decision; absent where nothing does. */
  approvals?: ApprovalRequest[];
  /** Present when it was ended from outside, could not be taken back, or is with its caller: the id of the invocation that settles it. */
  settledBy?: string;
  /** Present while it cannot go on for want of a worker: what is missing and what to do. */
  waitingFor?: string;
  /** Paths of the HTTP API, and the address in the Temporal Web UI (null where that is not known). */
  links: { self: string; audit: string; temporal: string | null };
}

/** Why an invocation or an attempt did not complete. */
export interface InvocationError {
  /** One of the codes of `docs/errors`. */
  code: string;
  /** What the handler threw: its string `type`, else its string `code`, else its `name`. */
  type: string;
  /** Cut after 4,096 characters. */
  message: string;
}

/** One thing that happened to an invocation. */
export interface AuditEntry {
  /** From 1, without gaps. */
  seq: number;
  /** RFC 3339 UTC. */
  at: string;
  /** Such as `invocation.started`, `attempt.failed`, `retry.scheduled`. */
  type: string;
  /** Of which attempt it tells; 1 is the first. */
  attempt?: number;
  /** What was given to the invocation or attempt. */
  input?: unknown;
  /** What the attempt or invocation completed with. */
  output?: unknown;
  /** Why the attempt or invocation did not complete, with the stack and the chain of causes as far as on record. */
  error?: InvocationError & { stack?: string; cause?: unknown };
  /** The identity of the worker process that ran the attempt. */
  worker?: string;
  /** For `retry.scheduled`: when the next attempt is due. */
  retryAt?: string;
  /** Which try to take the attempt back; 1 is the first. */
  compensationAttempt?: number;
  /** For `attempt.completed`: the earlier attempt that had committed, so that this one ran nothing. */
  committedBy?: number;
  /** For `seal.completed` and `predecessor.completed`: what was found, such as `sealed` or `committed`. */
  state?: string;
  /** For `call.…`: the name given to `ctx.once`. `call.unknown`: nobody knows whether the call arrived. */
  call?: string;
  /** For `enqueued.…`, and where a step of a workflow begins or ends: the action or workflow; else of the signal or approval. */
  name?: string;
  /** For `enqueued.started` and `workflow.started`: the invocation that was started. */
  invocation?: string;
  /** Of which step of a workflow it tells: its number, from 1 in the order in which the steps were called. */
  step?: number;
  /** Where a step begins or ends: what it called, and the how-manieth call of that this is, as in `charge.card/1`. */
  path?: string;
  /** Where a step begins or ends that went on at the same time as another one. */
  parallel?: true;
  /** For `attempt.…` of a step: of the action; after the attempt, of the one that ran. */
  version?: string;
  /** For `sleep.started`, and for a step that was asked to wait first: when that is over. */
  until?: string;
  /** For `approval.…`: of what is to be approved. */
  digest?: string;
  /** For `approval.requested`: who may decide; absent where everybody may. */
  approvers?: string[];
  /** For `approval.requested`: until when; absent without a limit. */
  expiresAt?: string;
  /** For `approval.decided`: what was decided. */
  approved?: boolean;
  /** For `approval.decided`, `signal.received` and `cancel.requested`, and where something is settled: who asked for it. */
  by?: string;
  /** For `approval.decided`: why, where that was said. */
  reason?: string;
}

/** Everything on record about one invocation. */
export interface Audit {
  /** As it is now. */
  invocation: Invocation;
  /** One per thing that happened, in order, none missing. */
  entries: AuditEntry[];
}
