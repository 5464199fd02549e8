import { randomInt, randomUUID } from 'node:crypto';
import type { ApprovalAnswer } from '../../core/approval.ts';
import { DoError } from '../../core/errors.ts';

/** How something ended that a handler waits for. */
export type Outcome = { value: unknown } | { error: unknown };

/** What a handler is told, one thing at a time and each with all that follows from it, as Temporal does. */
export type Happening =
  | { type: 'started' }
  | { type: 'ended'; id: number; outcome: Outcome; path?: string }
  | { type: 'signal'; name: string; payload: unknown }
  | { type: 'decision'; answer: ApprovalAnswer }
  | { type: 'cancelled' };

/** With its time. */
export type Delivery = { at: number } & Happening;

/** All that a handler has asked for and was told: from it a second execution gets to where the first was. */
export class Journal {
  readonly asked: string[] = [];
  readonly delivered: Delivery[] = [];
  readonly #uuids: string[] = [];
  readonly #randoms: number[] = [];

  uuid(index: number): string {
    return (this.#uuids[index] ??= randomUUID());
  }

  random(index: number): number {
    return (this.#randoms[index] ??= randomInt(2 ** 32) / 2 ** 32);
  }

  /** Throws when an execution does not do what the one before it did. */
  check(name: string, index: number, what: string | undefined): void {
    const before = this.asked[index];
    if (what === before) return;
    const now = what === undefined ? 'ended without it' : `asked for ${what}`;
    const instead =
      before === undefined ? 'it had not asked for anything more' : `it had asked for ${before}`;
    throw new DoError(
      'DEFINITION_INVALID',
      `Workflow "${name}" did not do the same again when it ran from its record after a crash: as number ${index + 1} of what it does, ${instead} and now ${now}. Let it look at its input, \`ctx\` and what its steps return only: \`ctx.now()\` for the time, \`ctx.uuid()\` for ids, a step for everything else.`,
    );
  }
}
