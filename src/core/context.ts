/** Structured log lines that carry the invocation id and attempt. */
export interface ActionLog {
  /** For following a problem. */
  debug(message: string, fields?: Record<string, unknown>): void;
  /** What happened as planned. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** What was not as planned and did not stop the attempt. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** What stopped the attempt, or will stop others. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What a handler is given beside its input. */
export interface ActionContext {
  /** Opaque; the same on every attempt. */
  readonly invocationId: string;
  /** 1 is the first. */
  readonly attempt: number;
  /**
   * The same on every attempt of this invocation and after every crash, and no other invocation's. Pass it on (as
   * `Idempotency-Key`, a primary key, a `Message-ID`), so that the other side removes duplicates.
   */
  readonly idempotencyKey: string;
  /** Aborted at the attempt's timeout, when the invocation is cancelled, and when the worker shuts down. */
  readonly signal: AbortSignal;
  /** Records progress. Liveness needs no call: the platform sends heartbeats by itself. */
  readonly heartbeat: (details?: unknown) => void;
  /** What the attempt before this one last passed to `heartbeat`. */
  readonly lastHeartbeat: unknown;
  /** Log lines that carry the invocation id and attempt. */
  readonly log: ActionLog;
}
