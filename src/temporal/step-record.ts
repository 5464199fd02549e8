import type { AttemptEnvelope, StagedInvocation } from '../core/envelope.ts';
import type { StepMark } from '../core/step.ts';

/** What the record says of one step: its last attempt, and what came of that. */
export interface RecordedStep {
  name: string;
  mark: StepMark;
  meta: AttemptEnvelope;
  input: unknown;
  state: 'open' | 'completed';
  /** In the order of the record; 0 while it is open. */
  completedAt: number;
  output: unknown;
  enqueued: readonly StagedInvocation[];
  isSealed: boolean;
  isTakenBack: boolean;
  /** The workflow id, where the step is a workflow. */
  calledId?: string;
}

export interface StepRecord {
  /** By their paths. */
  steps: Map<string, RecordedStep>;
  /** How many have completed so far. */
  completions: number;
  /** Workflow ids of what was started as a child. */
  started: Set<string>;
  /** What was taken back or sealed, as `keyOf` names it: also of steps that are on another record. */
  settled: Set<string>;
}
