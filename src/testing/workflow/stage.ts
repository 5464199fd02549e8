import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Secrets } from '../../core/secrets.ts';
import type { Transaction } from '../../core/context.ts';
import { DoError } from '../../core/errors.ts';
import type { Cast } from './doubles.ts';
import type { FaultBook } from './step-faults.ts';
import type { VirtualTime } from './time.ts';

/** Temporal ends a run of that many events; one that is never to end reaches it in a test as well. */
const MOST_DELIVERIES = 51_200;
/** A handler that runs again after everything is told ever more each time. */
const MOST_REPEATED = 1_000_000;

interface Posted {
  order: number;
  deliver: () => Promise<void>;
}

/** A run on the stage. */
export interface Player {
  /** Sees whether the handler has ended by something that is not of the platform. */
  look(): void;
  readonly waitsFor: string[];
}

export interface StageOptions {
  time: VirtualTime;
  cast: Cast;
  faults: FaultBook;
  tx: Transaction | undefined;
  secrets: Secrets | undefined;
  patienceMs: number;
}

/**
 * What the runs of one test share. Things happen one after the other: when nothing works any more, the next delivery is
 * made, and when there is none, time passes. So a test ends the same however long its doubles really take.
 */
export class Stage implements StageOptions {
  readonly time: VirtualTime;
  readonly cast: Cast;
  readonly faults: FaultBook;
  readonly tx: Transaction | undefined;
  readonly secrets: Secrets | undefined;
  readonly patienceMs: number;
  readonly #plays: Player[] = [];
  #posted: Posted[] = [];
  #deliveries = 0;
  #repeated = 0;
  #aborted: { error: unknown } | undefined;

  constructor({ time, cast, faults, tx, secrets, patienceMs }: StageOptions) {
    this.time = time;
    this.cast = cast;
    this.faults = faults;
    this.tx = tx;
    this.secrets = secrets;
    this.patienceMs = patienceMs;
  }

  enter(play: Player): void {
    this.#plays.push(play);
  }

  /** Of what ended at the same moment, the lowest order is delivered first. */
  post(order: number, deliver: () => Promise<void>): void {
    this.#posted.push({ order, deliver });
  }

  /** So many things are told again. */
  repeat(deliveries: number): void {
    this.#repeated += deliveries;
    if (this.#repeated > MOST_REPEATED) this.abort(endless());
  }

  abort(error: unknown): void {
    this.#aborted ??= { error };
  }

  /** What `play` gives in the end. Rejects when the test cannot go on. */
  async drive<T>(play: Promise<T>): Promise<T> {
    let ended: { value: T } | undefined;
    play.then(
      (value) => (ended = { value }),
      (error: unknown) => this.abort(error),
    );
    for (;;) {
      await turn();
      if (this.#aborted) throw this.#aborted.error;
      if (ended) return ended.value;
      await this.#next();
    }
  }

  async #next(): Promise<void> {
    if (!this.time.isResting) return await this.time.rest();
    const [first, ...others] = this.#posted.sort((a, b) => a.order - b.order);
    if (!first) return this.time.pass() ? undefined : await this.#wait();
    this.#posted = others;
    if (++this.#deliveries > MOST_DELIVERIES) this.abort(endless());
    else await first.deliver();
  }

  /** For a handler that waits for what is not of the platform; a test may be lenient for a moment, Temporal is not. */
  async #wait(): Promise<void> {
    const until = performance.now() + this.patienceMs;
    while (performance.now() < until) {
      await delay(5);
      this.#plays.forEach((play) => play.look());
      await turn();
      if (this.#posted.length > 0 || !this.time.isResting) return;
    }
    this.abort(stuck(this.#plays.flatMap(({ waitsFor }) => waitsFor)));
  }
}

const endless = () =>
  new DoError(
    'DEFINITION_INVALID',
    `The workflow has not ended after ${MOST_DELIVERIES} things that happened to it, or as many as it takes to tell them again after every crash. Let the test end it: cancel it, or give it a deadline.`,
  );

function stuck(waitsFor: readonly string[]): DoError {
  const what =
    waitsFor.length > 0 ? waitsFor.join(', ') : 'something that is neither a step nor of its `ctx`';
  return new DoError(
    'DEFINITION_INVALID',
    `The workflow waits for ${what}, and nothing in this test will ever end that. Send the signal or the decision that it waits for, cancel it, or give it a deadline.`,
  );
}
