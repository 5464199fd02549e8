import type { ErrorCode } from './errors.ts';
import type { AttemptPolicy } from './policy.ts';

/**
 * What travels beside the input in a workflow's arguments. It holds the whole policy, so that a run never needs the
 * catalogue again, and is written into histories: fields are only ever added, and read as optional.
 */
export interface InvocationEnvelope {
  version: string;
  policy: AttemptPolicy;
  caller: string;
  idempotencyKey?: string;
  /** From the start of the invocation to its end, all attempts and waits included. */
  deadlineMs?: number;
  /** Where workers that have this action's handler listen. */
  queue: string;
  /** True when the starting process has the handler itself, so that the first attempt may stay in that process. */
  local?: boolean;
  /** Set by continue-as-new only. */
  resume?: { attempt: number; deadlineAt?: number | undefined; lastHeartbeat?: unknown };
}

/** What travels beside the input to one attempt. */
export interface AttemptEnvelope {
  attempt: number;
  maximumAttempts: number;
  token: string;
  firstRunId: string;
  version: string;
  lastHeartbeat?: unknown;
}

/** The detail of every failure of ours in a history, an attempt's or an invocation's. */
export interface FailureDetail {
  code: ErrorCode;
  attempts?: number;
  /** The wait the error asked for: the SDK drops Temporal's own field for it when it decodes a failure. */
  retryAfterMs?: number;
  lastHeartbeat?: unknown;
}

/** In the memo of every invocation, which survives continue-as-new and reset, and which a listing returns. */
export interface InvocationMemo {
  kind: 'action' | 'workflow';
  version: string;
  caller: string;
  idempotencyKey?: string;
  inputHash?: string;
  delayMs?: number;
  deadlineMs?: number;
  /** Set by continue-as-new only: a listing shows the last run, and says of the first neither of these. */
  firstRunId?: string;
  startedAt?: string;
}

export const MEMO_KEY = 'do';

/** The failure type by which a worker gives back an attempt of an action it does not have. */
export const HANDED_BACK = 'do.handed-back';

/** The failure type of an attempt that reached its timeout, whether its worker or the server noticed first. */
export const ATTEMPT_TIMED_OUT = 'AttemptTimedOut';

/** A worker killed with -9 is noticed after this long; a handler that blocks its event loop must stay well below it. */
export const HEARTBEAT_TIMEOUT_MS = 5_000;
