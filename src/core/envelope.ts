import type { CarriedRun } from './carried-run.ts';
import type { ErrorCode } from './errors.ts';
import type { Failure } from './failure.ts';
import type { FlowControl } from './flow.ts';
import type { InvocationError } from './invocation.ts';
import type { AttemptPolicy } from './policy.ts';
import type { Safety } from './safety.ts';
import type { CalledWorkflow, StepMark } from './step.ts';

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
  /** What is done before a failure is told. */
  safety?: Safety;
  /** What the loop has to know of the action's limits; how high they are the workers know. */
  flow?: FlowControl;
  /** Where the workers that have the compensating action listen; absent where the action compensates by itself. */
  compensationQueue?: string;
  /** The run that had this id before, unless it completed: whether it has left anything open its record tells. */
  predecessor?: { runId: string; sameInput: boolean };
  /** This is no invocation of the action: it settles one that ended without running any code of ours. */
  settles?: UnsettledAttempt;
  /** What is started when the invocation has finally failed; its input and id are known only then. */
  onFailure?: StagedTemplate;
  /** Set by continue-as-new only. */
  resume?: { attempt: number; epoch?: number; deadlineAt?: number | undefined; lastHeartbeat?: unknown };
}

/** The same of a workflow: what its steps need is in its build. */
export interface WorkflowEnvelope {
  version: string;
  caller: string;
  idempotencyKey?: string;
  /** From the start of the invocation to its end. */
  deadlineMs?: number;
  predecessor?: { runId: string; sameInput: boolean };
  onFailure?: StagedTemplate;
  /** Set by continue-as-new only. */
  resume?: CarriedRun;
  /** How many events a record may have before a loop goes on in a fresh one; at ten times as many no step begins. Default: 4,000. */
  recordLimit?: number;
}

/** What settles a workflow that was ended from outside: what has to be settled is read from its record, page by page. */
export interface SettleEnvelope {
  version: string;
  caller: string;
  settlesWorkflow: UnsettledWorkflow;
  /** Of the workflow that is settled. */
  recordLimit?: number;
  /** Set by continue-as-new only. */
  resume?: { from: number; remaining: { path: string; failure: Failure }[] };
}

export interface UnsettledWorkflow {
  invocationId: string;
  workflowId: string;
  firstRunId: string;
  error: InvocationError;
  /** Runs that tried to settle it before this one; what they took back is not taken back again. */
  earlier: readonly string[];
}

/** The last attempt of an invocation that was ended from outside. */
export interface UnsettledAttempt {
  invocationId: string;
  token: string;
  attempt: number;
  error: InvocationError;
}

/** What came of it. */
export type SettledOutcome =
  /** It had committed: whoever was told otherwise, it has happened. */
  | { outcome: 'committed'; output: unknown; sameInput?: boolean }
  /** Nothing of it can happen any more, or nothing of it is left. */
  | { outcome: 'sealed' | 'compensated'; sameInput?: boolean }
  /** It had ended in order, or had begun nothing. */
  | { outcome: 'nothing'; sameInput?: boolean };

/** What travels beside the input to one attempt. */
export interface AttemptEnvelope {
  attempt: number;
  maximumAttempts: number;
  token: string;
  firstRunId: string;
  version: string;
  lastHeartbeat?: unknown;
  caller?: string;
  /** Present on every activity of a workflow's step. */
  step?: StepMark;
  /** Present when this is an attempt to take one back. */
  compensates?: { attempt: number; output: unknown; error: InvocationError };
  /** Present where a workflow that the step has called is taken back. */
  called?: CalledWorkflow;
  /** Present where Temporal gives the attempt back to a worker that finds no slot for it: how long it may wait for one. */
  slotWaitMs?: number;
  /** Present where input and output are too large to travel once more: the worker reads them from the record. */
  recall?: RecallPlan;
}

/** Where an attempt of a step is on record. */
export interface RecallPlan {
  workflowId: string;
  firstRunId: string;
  path: string;
  attempt: number;
}

/** What a completed attempt hands to the loop. */
export interface AttemptReport {
  output: unknown;
  /** The invocations to start now that it has completed. */
  enqueued?: readonly StagedInvocation[];
  /** Set when an earlier attempt had committed, so that this one ran nothing. */
  committedBy?: number;
  /** The outside calls it made, or found made. */
  calls?: readonly RecordedCall[];
  /** Of the action that ran, where it was another one than the invocation, or the build of its workflow, knew. */
  version?: string;
}

/** `unknown`: an earlier attempt made the call and ended before it was known what came of it. */
export interface RecordedCall {
  name: string;
  state: 'done' | 'replayed' | 'unknown';
  /** The attempt that made it. */
  attempt: number;
}

/** An invocation that waits for the commit of the attempt that asked for it. */
export interface StagedInvocation {
  name: string;
  workflowId: string;
  input: unknown;
  envelope: InvocationEnvelope | WorkflowEnvelope;
  memo: InvocationMemo;
  /** Of a workflow: that of its build. Default: the queue of whoever starts it. */
  taskQueue?: string;
}

export type StagedTemplate = Omit<StagedInvocation, 'workflowId' | 'input'>;

const REPORT = 'do.report';

/** An output with nothing beside it is recorded as it is, so that Temporal's Web UI shows just that. */
export function packReport(report: AttemptReport): unknown {
  const { output, ...beside } = report;
  const isPlain = Object.keys(beside).length === 0 && !isPacked(output);
  return isPlain ? output : { [REPORT]: 1, ...report };
}

export function unpackReport(result: unknown): AttemptReport {
  if (!isPacked(result)) return { output: result };
  const { [REPORT]: _, ...report } = result;
  return report;
}

const isPacked = (value: unknown): value is AttemptReport & { [REPORT]: number } =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, REPORT);

/** The detail of every failure of ours in a history, an attempt's or an invocation's. */
export interface FailureDetail {
  code: ErrorCode;
  attempts?: number;
  /** The wait the error asked for: the SDK drops Temporal's own field for it when it decodes a failure. */
  retryAfterMs?: number;
  lastHeartbeat?: unknown;
  calls?: readonly RecordedCall[];
  /** As in an attempt's report. */
  version?: string;
  /** True: another attempt may follow, though Temporal is told not to make one by itself. */
  retryable?: true;
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
  /** The signals it waits for, where its source tells them all. */
  signals?: readonly string[];
  /** Set by continue-as-new only: a listing shows the last run, and says of the first neither of these. */
  firstRunId?: string;
  startedAt?: string;
  /** Present on an invocation that settles another one: the id of that. */
  settles?: string;
  /** Present when the end of its last attempt needs settling, should it end without running any code of ours. */
  settle?: true;
  /** Present on a workflow that another one called: which of its steps it is. */
  step?: Pick<StepMark, 'path' | 'seq'>;
}

export const MEMO_KEY = 'do';
/** Beside it: what the workflow has told of itself by `ctx.set`. */
export const STATE_KEY = 'do.state';
/** Beside them: the schemas of its signals and of decisions that mark anything, which no catalogue has. */
export const SENSITIVE_KEY = 'do.sensitive';

/** JSON Schemas by the names of signals and approvals. */
export type SensitiveSchemas = Partial<Record<'signal' | 'approval', Readonly<Record<string, object>>>>;

/** Activity types of an invocation beside the attempts, whose type is the name itself; no name holds a colon. */
export const SEAL = ':seal';
export const COMPENSATE = ':compensate';
/** The type of the workflow that settles one; no name holds a colon. */
export const SETTLE = ':settle';
export const PREDECESSOR = ':predecessor';
/** By which the settling of a workflow reads what is to be settled. */
export const UNSETTLED = ':unsettled';

/** The failure type by which a worker gives back an attempt of an action it does not have. */
export const HANDED_BACK = 'do.handed-back';

/** The failure type by which a worker gives back an attempt that found no slot: Temporal offers it again, off the record. */
export const SLOT_BUSY = 'do.slot-busy';

/** In the heartbeat of an attempt that waits for a slot in a worker: what it waits for. It has not begun. */
export const SLOT_AWAITED = 'do.slot-awaited';

/** How long a worker holds an attempt that waits for a slot, before it gives it back. */
export const SLOT_WAIT_MS = 3_000;

/** The failure type of an attempt that reached its timeout, whether its worker or the server noticed first. */
export const ATTEMPT_TIMED_OUT = 'AttemptTimedOut';

/** A worker killed with -9 is noticed after this long; a handler that blocks its event loop must stay well below it. */
export const HEARTBEAT_TIMEOUT_MS = 5_000;
