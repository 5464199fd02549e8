import type { FlowControl } from './flow.ts';
import type { AttemptPolicy } from './policy.ts';
import type { Safety } from './safety.ts';

/** What a workflow has to know of an action to run it as a step; a build holds it, so that a run never changes it. */
export interface StepEntry {
  name: string;
  version: string;
  policy: AttemptPolicy;
  safety?: Safety;
  /** Absent where it has neither limits nor a priority. */
  flow?: FlowControl;
  /** Where the workers that have the action listen. */
  queue: string;
  /** The same of the action that compensates it, where another one does. */
  compensationQueue?: string;
  /** The action that is told when it finally failed. */
  onFailure?: string;
}

/** Which step of a workflow an activity belongs to: all of it is on record, so that a step can be settled from there. */
export interface StepMark {
  /** The action's name and the how-manieth call of it this is: `charge.card/1`. */
  path: string;
  /** From 1 over the whole run, in the order in which the steps began. */
  seq: number;
  safety?: Safety;
  compensationQueue?: string;
}

/** A workflow that a step has called. */
export interface CalledWorkflow {
  workflowId: string;
  /** False where its caller was ended before it heard of that: it may have, or still may. */
  hasCompleted: boolean;
}
