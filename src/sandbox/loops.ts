import { workflowInfo } from '@temporalio/workflow';
import type { CarriedRun } from '../core/carried-run.ts';
import { checkJson } from '../core/validate.ts';
import type { LoopEnd } from '../core/workflow-context.ts';
import type { Journal } from './journal.ts';
import { within } from './scopes.ts';

/** What lets a loop be of any length: between two iterations nothing of the earlier ones is needed but the state. */
export class Loops {
  readonly #journal: Journal;
  readonly #betweenIterations: () => Promise<void>;
  /** The state as JSON: a body may change what it was given. */
  readonly #open = new Map<string, { iteration: number; state: string }>();

  constructor(journal: Journal, betweenIterations: () => Promise<void>) {
    this.#journal = journal;
    this.#betweenIterations = betweenIterations;
  }

  carried(): CarriedRun['loops'] {
    return Object.fromEntries(
      [...this.#open].map(([key, { iteration, state }]) => [
        key,
        { iteration, state: JSON.parse(state) as unknown },
      ]),
    );
  }

  async run<State, Result>(
    initial: State,
    body: (state: State) => Promise<State | LoopEnd<Result>>,
  ): Promise<Result> {
    const key = this.#journal.current().keyOf('loop');
    if (this.#journal.hasEnded(key)) return (await this.#journal.recall(key)) as Result;
    const before = this.#journal.loopBefore(key);
    if (!before) await this.#journal.untilCaughtUp();
    let state = before ? (before.state as State) : plain(initial, 'first state');
    for (let iteration = before?.iteration ?? 1; ; iteration++) {
      const next = await this.#iterate(key, iteration, state, body);
      if (isEnd<Result>(next)) return this.#end(key, next);
      state = plain(next, 'state');
      this.#open.set(key, { iteration: iteration + 1, state: JSON.stringify(state) });
      await this.#betweenIterations();
    }
  }

  /** One that throws stays open, and so does its loop: going on in a fresh record, it throws the same again. */
  async #iterate<State, Next>(
    key: string,
    iteration: number,
    state: State,
    body: (state: State) => Promise<Next>,
  ): Promise<Next> {
    const prefix = `${key}[${iteration}]/`;
    this.#open.set(key, { iteration, state: JSON.stringify(state) });
    const next = await within(this.#journal.scope(prefix), () => body(state));
    this.#journal.forget(prefix);
    return next;
  }

  #end<Result>(key: string, { result }: LoopEnd<Result>): Result {
    const value = result === undefined ? undefined : plain(result, 'result');
    this.#open.delete(key);
    this.#journal.end(key, { value });
    return value as Result;
  }
}

/** From the first iteration on, so that a state which a fresh record cannot have is found while it is tried out. */
const plain = <T>(value: T, what: string): T =>
  checkJson(value, 'output', `${workflowInfo().workflowType}, the ${what} of its ctx.loop`) as T;

const END = Symbol('end of a loop');

export const done = <Result = void>(result?: Result): LoopEnd<Result> =>
  ({ [END]: true, done: true, result }) as unknown as LoopEnd<Result>;

const isEnd = <Result>(next: unknown): next is LoopEnd<Result> =>
  typeof next === 'object' && next !== null && END in next;
