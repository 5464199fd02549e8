export type InvocationStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'timed_out' | 'terminated';

/** One invocation of an action, as every door shows it. Times are RFC 3339 UTC. */
export interface Invocation<Output = unknown> {
  /** Opaque, URL-safe, never shared by two invocations. */
  id: string;
  kind: 'action' | 'workflow';
  name: string;
  version: string;
  status: InvocationStatus;
  input: unknown;
  /** Null until completed. */
  output: Output | null;
  error: InvocationError | null;
  idempotencyKey: string | null;
  /** Who asked: the identity of the API key, or `local` for a `client` that talks to Temporal itself. */
  caller: string;
  /** Attempts begun so far. */
  attempts: number;
  startedAt: string;
  closedAt: string | null;
  /** Present while it cannot go on for want of a worker: what is missing and what to do. */
  waitingFor?: string;
  links: { self: string; audit: string; temporal: string | null };
}

export interface InvocationError {
  code: string;
  type: string;
  message: string;
}

/** One thing that happened to an invocation. */
export interface AuditEntry {
  seq: number;
  at: string;
  type: string;
  attempt?: number;
  input?: unknown;
  output?: unknown;
  error?: InvocationError & { stack?: string; cause?: unknown };
  /** The identity of the worker process that ran the attempt. */
  worker?: string;
  /** For `retry.scheduled`: when the next attempt is due. */
  retryAt?: string;
}

export interface Audit {
  invocation: Invocation;
  entries: AuditEntry[];
}
