import type { HistoryEvent, InvocationRecord, Reading } from './history.ts';
import { markParallel } from './parallel.ts';
import type { Row } from './row.ts';
import type { Place, StepBook } from './step.ts';
import { beginRow, endRow, Step } from './step.ts';
import { StepActivities } from './step-activities.ts';
import { StepChildren } from './step-children.ts';
import { StepWaits } from './step-waits.ts';
import { Tasks } from './tasks.ts';

/**
 * The steps of a workflow. When one has ended finally no event says, only that nothing of it follows: so the whole record
 * is read for them first.
 */
export class Steps implements StepBook {
  readonly #steps = new Map<string, Step>();
  readonly #before = new Map<HistoryEvent, Row[]>();
  readonly #after = new Map<HistoryEvent, Row[]>();
  readonly enqueuedBy = new Map<string, Step>();
  readonly children = new Set<string>();

  static of(record: InvocationRecord, reading: Reading): Steps {
    const steps = new Steps();
    let position = 0;
    for (const events of record.runs) {
      const readers = [StepActivities, StepChildren, StepWaits].map((Reader) => new Reader(steps, reading));
      const tasks = new Tasks(reading);
      for (const event of events) {
        if (tasks.isDone(event)) steps.#settle();
        const at = { event, position: position++ };
        for (const reader of readers) reader.read(at);
      }
      if (tasks.isDone()) steps.#settle();
    }
    steps.#place();
    return steps;
  }

  find = (path: string): Step | undefined => this.#steps.get(path);

  begin(path: string, at: Place): Step {
    const step = this.#steps.get(path) ?? new Step(path, at);
    this.#steps.set(path, step);
    return step;
  }

  /** The entries of the steps that begin with an event. */
  before = (event: HistoryEvent): Row[] => this.#before.get(event) ?? [];
  /** The entries of the steps that end with it. */
  after = (event: HistoryEvent): Row[] => this.#after.get(event) ?? [];

  #settle(): void {
    for (const step of this.#steps.values()) step.settle();
  }

  #place(): void {
    const steps = [...this.#steps.values()];
    markParallel(steps);
    for (const step of steps) {
      add(this.#before, step.begin.event, beginRow(step));
      if (step.end) add(this.#after, step.end.event, endRow(step, step.end.ending));
    }
  }
}

const add = (rows: Map<HistoryEvent, Row[]>, event: HistoryEvent, row: Row): void =>
  void rows.set(event, [...(rows.get(event) ?? []), row]);
