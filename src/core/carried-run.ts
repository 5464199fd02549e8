import type { ApprovalRequest } from './approval.ts';
import type { ErrorCode } from './errors.ts';
import type { Failure } from './failure.ts';
import type { StepEntry, StepMark } from './step.ts';

/**
 * What a workflow takes along when its record has grown long and it goes on in a fresh one: enough for the handler to
 * run again from its first line up to where its loops were, without doing anything twice.
 */
export interface CarriedRun {
  /** What has ended, in the order in which it did: the handler must see it in the same one. */
  ended: EndedOperation[];
  /** What was waited for, by key. */
  open: Record<string, OpenOperation>;
  /** The loops that go on, by key. */
  loops: Record<string, CarriedLoop>;
  /** What was told at once: the values of `now` and `uuid`, and how many log lines and states there were; by scope. */
  told: Record<string, Told>;
  /** The outcomes of steps with a key of their own: the same key is the same step, in later iterations too. */
  keyed: Record<string, KeyedOutcome>;
  steps: CarriedSteps;
  /** Signals that nobody has taken yet, by name. */
  signals: Record<string, unknown[]>;
  /** Of those that were received, the latest last. */
  signalKeys?: string[];
  approvals: CarriedApprovals;
  /** Milliseconds since 1970. */
  deadlineAt?: number;
}

export interface CarriedApprovals {
  requests: ApprovalRequest[];
  /** How often each name was asked for. */
  counts: Record<string, number>;
}

export interface EndedOperation {
  key: string;
  outcome: Outcome;
}

export type Outcome = { value: unknown } | { error: CarriedError };

/** An error of ours, in what a handler can tell it by. */
export interface CarriedError {
  kind: 'do' | 'action' | 'cancelled' | 'other';
  message: string;
  code?: ErrorCode;
  type?: string;
  cause?: { message: string; type: string };
}

export interface KeyedOutcome {
  /** The SHA-256 of the input. */
  input: string;
  outcome: Outcome;
}

export interface OpenOperation {
  /** Milliseconds since 1970; absent where there is no limit. */
  until?: number;
  /** Of an approval. */
  digest?: string;
}

export interface CarriedLoop {
  iteration: number;
  state: unknown;
}

export interface Told {
  now: number[];
  uuid: string[];
  log: number;
  set: number;
}

export interface CarriedSteps {
  /** How many calls of each action there were, which their tokens go by. */
  calls: Record<string, number>;
  seq: number;
  /** What would be taken back, in the order in which it completed. */
  completed: (CarriedStep | CarriedChild)[];
  /** What could not be taken back. */
  remaining: { path: string; failure: Failure }[];
}

/** A workflow that was called: all else of it is made from these. */
export interface CarriedChild {
  path: string;
  seq: number;
}

export interface CarriedStep {
  /** A name: as the build has it. */
  entry: StepEntry | string;
  mark: StepMark;
  input: unknown;
  output: unknown;
  attempt: number;
  epoch: number;
}
