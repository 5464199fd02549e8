import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Invocation } from '../../../src/core/invocation.ts';
import type { ClientEvent } from '../facts.ts';

/** The clients' own record, in memory for the checker and in a file for whoever reads it afterwards. */
export class ClientRecord {
  readonly events: ClientEvent[] = [];
  readonly #file: string;
  #requests = 0;

  constructor(file: string) {
    this.#file = file;
  }

  nextRequest(): number {
    return ++this.#requests;
  }

  add(event: Omit<ClientEvent, 'at'>): ClientEvent {
    const whole = { at: Date.now(), ...event };
    this.events.push(whole);
    appendFileSync(this.#file, `${JSON.stringify(whole)}\n`);
    return whole;
  }

  count(phase: ClientEvent['phase']): number {
    return this.events.filter((event) => event.phase === phase).length;
  }
}

/** Of what may never change once it was told. */
export function digestOf({ status, output, error }: Invocation): string {
  return createHash('sha256')
    .update(JSON.stringify([status, output, error]))
    .digest('hex')
    .slice(0, 16);
}
