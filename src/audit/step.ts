import type { InvocationError } from '../core/invocation.ts';
import type { HistoryEvent } from './history.ts';
import type { Row } from './row.ts';

/** Where in the record something is. */
export interface Place {
  event: HistoryEvent;
  /** From 0 over all runs. */
  position: number;
}

export type StepEnding =
  | { what: 'completed'; output: unknown }
  | { what: 'failed' | 'timed_out' | 'terminated'; error: InvocationError }
  | { what: 'cancelled' };

/** One step of a workflow, an action or another workflow, as far as the record tells. */
export class Step {
  readonly path: string;
  readonly begin: Place;
  kind: 'action' | 'workflow' = 'action';
  /** Not on record before the step's first attempt. */
  seq: number | undefined;
  /** Undefined before the first attempt; null is an input as well. */
  input: unknown;
  /** When the first attempt is due, where it was asked to wait. */
  until: string | undefined;
  /** Of a workflow. */
  invocation: string | undefined;
  isParallel = false;
  /** Why its last attempt did not complete. */
  failing: StepEnding | undefined;
  #end: (Place & { ending: StepEnding }) | undefined;
  #isOver = false;

  constructor(path: string, begin: Place) {
    this.path = path;
    this.begin = begin;
  }

  /** Undefined while it goes on. */
  get end(): (Place & { ending: StepEnding }) | undefined {
    return this.#isOver ? this.#end : undefined;
  }

  /** What comes later takes it back, and is no longer part of it. */
  finish(ending: StepEnding, at: Place): void {
    this.#end = { ...at, ending };
    this.#isOver = true;
  }

  /** Ends it unless something of it follows. */
  pause(ending: StepEnding, at: Place): void {
    if (this.end?.ending.what !== 'completed') this.#end = { ...at, ending };
  }

  resume(): void {
    if (this.end?.ending.what === 'completed') return;
    this.#end = undefined;
    this.#isOver = false;
  }

  /** The workflow has heard of all that is on record so far: what it does about it comes next, if anything. */
  settle(): void {
    this.#isOver = this.#end !== undefined;
  }
}

/** The steps so far, by their paths. */
export interface StepBook {
  find(path: string): Step | undefined;
  /** The one of that path, which begins here unless it has begun. */
  begin(path: string, at: Place): Step;
  /** Who enqueued it, by the id of the workflow that was started for it. */
  readonly enqueuedBy: Map<string, Step>;
  /** The ids of the workflows that steps called. */
  readonly children: Set<string>;
}

/** The action or workflow that a step calls: no name has a slash. */
const nameOf = (path: string): string => path.split('/', 1)[0]!;

export const beginRow = ({ kind, path, seq, input, until, invocation, isParallel }: Step): Row => ({
  type: `${kind}.started`,
  ...(seq !== undefined && { step: seq }),
  path,
  name: nameOf(path),
  ...(input !== undefined && { input }),
  ...(until !== undefined && { until }),
  ...(invocation !== undefined && { invocation }),
  ...(isParallel && { parallel: true as const }),
});

export function endRow({ kind, path, seq, isParallel }: Step, { what, ...outcome }: StepEnding): Row {
  return {
    type: `${kind}.${what}`,
    ...(seq !== undefined && { step: seq }),
    path,
    name: nameOf(path),
    ...outcome,
    ...(isParallel && { parallel: true as const }),
  };
}
