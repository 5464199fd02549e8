import type { RecallPlan, StagedInvocation } from './envelope.ts';
import type { CalledWorkflow, StepMark } from './step.ts';

/** A step that a workflow ended from outside has left behind. */
export interface UnsettledStep {
  /** Of the action, or of the workflow that was called. */
  name: string;
  mark: StepMark;
  /** `open`: nobody knows whether its last attempt has acted, or still will. */
  state: 'open' | 'completed';
  /** Its last one. */
  attempt: number;
  token: string;
  version: string;
  caller: string;
  /** Where the workers that have the action listen. */
  queue: string;
  input: unknown;
  output: unknown;
  /** Present where the two are too large to travel along; they are null then. */
  recall?: RecallPlan;
  /** Present where the step is a workflow. */
  called?: CalledWorkflow;
  /** What it had enqueued and nobody has started. */
  enqueued?: readonly StagedInvocation[];
}

export interface UnsettledPage {
  steps: UnsettledStep[];
  /** Where the next page begins; null on the last one. */
  next: number | null;
}
