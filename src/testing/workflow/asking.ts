import type { ApprovalRequest } from '../../core/approval.ts';
import type { ActionLog } from '../../core/context.ts';
import type { CallOptions } from '../../core/verbs.ts';

/** A call of an action or workflow by a handler. */
export interface StepCall {
  name: string;
  /** The name and the how-manieth call of it this is, or its key. */
  path: string;
  /** From 1 over the whole run. */
  seq: number;
  input: unknown;
  options: CallOptions;
}

/** What the execution of a handler is for what that handler is given: it asks, waits, and tells the time of the record. */
export interface Asking {
  readonly now: number;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly log: ActionLog;
  /** Gives false when the time was over first. */
  condition(isTrue: () => boolean, wait: { summary: string; ms: number | undefined }): Promise<boolean>;
  timer(ms: number, summary: string): Promise<void>;
  step(call: StepCall): Promise<unknown>;
  set(state: unknown): void;
  publishApprovals(requests: ApprovalRequest[]): void;
  uuid(): string;
}
