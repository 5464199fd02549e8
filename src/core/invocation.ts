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
  /** Present when it was ended from outside or could not be taken back: the id of the invocation that settles it. */
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
  /** For `enqueued.…`: the action, */
  name?: string;
  /** and the invocation of it that was started. */
  invocation?: string;
}

/** Everything on record about one invocation. */
export interface Audit {
  /** As it is now. */
  invocation: Invocation;
  /** One per thing that happened, in order, none missing. */
  entries: AuditEntry[];
}
