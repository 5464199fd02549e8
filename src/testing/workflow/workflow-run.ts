import type { ApprovalRequest } from '../../core/approval.ts';
import type { AuditEntry, Invocation, InvocationError } from '../../core/invocation.ts';
import type { TestEnqueued } from '../enqueued.ts';
import type { LogLine } from '../logbook.ts';
import type { TestCompensation } from '../settlement.ts';
import type { TestAttempt } from '../test-run.ts';

/** One call of an action or workflow by the handler. */
export interface TestStep {
  /** The name and the how-manieth call of it this was: `charge.card/1`; with a key `charge.card/key=…`. */
  path: string;
  /** From 1 over the whole run, in the order in which the steps began. */
  seq: number;
  /** What was called. */
  name: string;
  /** Of what was called. */
  kind: Invocation['kind'];
  /** The JSON value as it was sent, before schema defaults. */
  input: unknown;
  /** How the handler was told that it ended. */
  status: 'completed' | 'failed' | 'timed_out' | 'cancelled';
  /** Null unless it completed. */
  output: unknown;
  /** Null where it completed or was cancelled. */
  error: InvocationError | null;
  /** In order; none of a workflow, and of a step that was cancelled before its first. */
  attempts: TestAttempt[];
  /** The different tokens its attempts had: one, and another one after every attempt that was taken back. */
  tokens: string[];
  /** The waits between the attempts, in milliseconds on the test's clock; without jitter. */
  waits: number[];
  /** True: it had completed, and was taken back because the workflow did not. */
  compensated: boolean;
  /** Every attempt that was taken back, in order. */
  compensations: TestCompensation[];
  /** The invocations it has started by `ctx.enqueue`, or by `onFailure`; they are not run. */
  enqueued: TestEnqueued[];
  /** Of a workflow that was called and is not replaced; null of an action. */
  run: TestWorkflowRun<unknown> | null;
}

/** A decision that the test has made, as `decide` told it. */
export interface TestDecision {
  /** Of the approval. */
  name: string;
  /** Who made it. */
  by: string;
  /** False turned it down. */
  approved: boolean;
  /** Why it was not taken, as whoever decides is told; null where it was. */
  refused: Pick<InvocationError, 'code' | 'message'> | null;
}

/** A line of the handler's `ctx.log`, or of an action's; that of an action names its step and attempt. */
export type TestWorkflowLogLine = LogLine;

/** The closed invocation of a workflow, with its steps in place of the number of attempts. */
export interface TestWorkflowRun<Output> extends Omit<
  Invocation<Output>,
  'attempts' | 'state' | 'approvals'
> {
  /** In the order in which they began. */
  steps: TestStep[];
  /** What was last given to `ctx.set`; null if nothing was. */
  state: unknown;
  /** What it has asked people, in order. */
  approvals: ApprovalRequest[];
  /** What `decide` has told it, in order. */
  decisions: TestDecision[];
  /** The actions that `onFailure` of the workflow has told; they are not run. Those of a step are with the step. */
  enqueued: TestEnqueued[];
  /** The audit, as `client.invocations.audit(id)` would give it. */
  entries: AuditEntry[];
  /** What was written with `ctx.log`, by the handler and by actions. */
  logs: TestWorkflowLogLine[];
  /** The test's clock at the end. */
  now: Date;
  /** How much time has passed on it. */
  elapsedMs: number;
}
