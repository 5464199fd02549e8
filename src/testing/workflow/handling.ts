import { setImmediate as turn } from 'node:timers/promises';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import { cancelled, Execution } from './execution.ts';
import type { Surroundings } from './execution.ts';
import type { Delivery, Outcome } from './journal.ts';
import { Journal } from './journal.ts';

/** The handler of one run: its execution, and after a crash the next one, brought to the same point from the journal. */
export class Handling {
  execution: Execution;
  readonly #workflow: AnyWorkflow;
  readonly #input: unknown;
  readonly #surroundings: Surroundings;
  readonly #journal = new Journal();

  constructor(workflow: AnyWorkflow, input: unknown, surroundings: Surroundings) {
    this.#workflow = workflow;
    this.#input = input;
    this.#surroundings = surroundings;
    this.execution = this.#begin();
  }

  #begin = (): Execution => new Execution(this.#workflow, this.#input, this.#journal, this.#surroundings);

  async deliver(delivery: Delivery): Promise<void> {
    this.#journal.delivered.push(delivery);
    await tell(this.execution, delivery);
  }

  get deliveries(): number {
    return this.#journal.delivered.length;
  }

  /** What the execution before was told, another one is told from the first line on. */
  async crash(): Promise<void> {
    this.execution = this.#begin();
    for (const delivery of this.#journal.delivered) await tell(this.execution, delivery);
    this.execution.goOn();
  }

  /** How the handler ended; one that heeds no cancellation is given up when nothing of it is open any more. */
  outcome(hasOpenSteps: boolean): Outcome | undefined {
    const { outcome, isCancelled } = this.execution;
    return outcome ?? (isCancelled && !hasOpenSteps ? { error: cancelled() } : undefined);
  }
}

/** Until all that follows from it has happened. */
async function tell(execution: Execution, delivery: Delivery): Promise<void> {
  execution.deliver(delivery);
  do await turn();
  while (execution.conditions.unblock());
}
