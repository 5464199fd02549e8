import type { EventId } from '../record.ts';
import type { VirtualTime } from './time.ts';
import type { WorkflowRecord } from './workflow-record.ts';

/** The waits of one run's handler, on record. */
export class Timers {
  readonly #time: VirtualTime;
  readonly #record: WorkflowRecord;
  readonly #running = new Map<number, { eventId: EventId; forget: () => void }>();

  constructor(time: VirtualTime, record: WorkflowRecord) {
    this.#time = time;
    this.#record = record;
  }

  begin(id: number, wait: { ms: number; summary: string }, ended: () => void): void {
    const eventId = this.#record.addTimer(wait.ms, wait.summary);
    const forget = this.#time.at(this.#time.now + wait.ms, () => {
      this.#running.delete(id);
      this.#record.endTimer(eventId, true);
      ended();
    });
    this.#running.set(id, { eventId, forget });
  }

  /** Does nothing when it has ended. */
  drop(id: number): void {
    const timer = this.#running.get(id);
    if (!timer) return;
    this.#running.delete(id);
    timer.forget();
    this.#record.endTimer(timer.eventId, false);
  }
}
