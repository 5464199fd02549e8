import type { Mutation } from './mutations.ts';
import type { Fate, Plan } from './plan.ts';
import { WELL } from './plan.ts';
import type { Scene } from './scenes.ts';
import { Sink } from './sink.ts';
import type { Output, Steps } from './store.ts';
import { Store } from './store.ts';

export type Heard<T> =
  { status: 'heard'; value: T } | { status: 'threw'; error: unknown } | { status: 'lost' };

/** An activity of which nobody hears any more, and which goes on all the same. */
interface Zombie {
  steps: Steps<unknown>;
  /** Ticks before each further step; when they are used up it sleeps until the end of the story. */
  wakes: number[];
}

/** What a caller was told. */
export interface Told {
  status: 'completed' | 'failed' | 'timed_out' | 'cancelled';
  output?: Output;
  code?: string;
}

/** One run under the key, and what is on its record. */
export interface Run {
  id: string;
  before: Run | undefined;
  tokens: Set<string>;
  /** The last attempt of the invocation. */
  last: { token: string; attempt: number } | undefined;
  /** The last one on record of this run of the loop, which continue-as-new begins anew. */
  onRecord: { token: string; attempt: number } | undefined;
  /** Tokens of attempts that the loop has heard to be complete. */
  heardComplete: Set<string>;
  /** Whether the last attempt has been taken back. */
  isTakenBack: boolean;
  told: Told | undefined;
  /** Ended from outside. */
  isTerminated: boolean;
  /** What settling it came to, once that is known; a failure may be followed by another try. */
  settled: Settled | undefined;
}

export type Settled =
  { outcome: 'committed'; output: Output } | { outcome: 'settled' | 'nothing' | 'COMPENSATION_FAILED' };

const LOST_AFTER_MS = 700;

/** Everything outside the loop: clock, store, sink, and the activities that nobody waits for. */
export class World {
  readonly plan: Plan;
  readonly without: Mutation | undefined;
  readonly store: Store;
  readonly sink: Sink;
  readonly runs: Run[] = [];
  readonly violations = new Set<string>();
  /** What has come to pass, so that a model in which nothing happens cannot pass. */
  readonly seen = new Set<Scene>();
  /** Called after every step of anybody. */
  watch: () => void = () => undefined;
  now = 1_000_000;
  #zombies: Zombie[] = [];
  #begun = { attempts: 0, compensations: 0, seals: 0 };
  #ids = 0;

  constructor(plan: Plan, without?: Mutation) {
    this.plan = plan;
    this.without = without;
    this.store = new Store(without, this.seen);
    this.sink = new Sink(without, this.seen);
  }

  fateOf(kind: 'attempts' | 'compensations' | 'seals'): Fate {
    return this.plan[kind][this.#begun[kind]++] ?? WELL;
  }

  newId = (): string => `#${++this.#ids}`;

  expect(isSo: boolean, invariant: string): void {
    if (!isSo) this.violations.add(invariant);
  }

  /** One activity, step by step, while zombies act in between; `limit` steps at most are heard of. */
  perform<T>(
    by: string,
    steps: Steps<T>,
    fate: Fate,
    { timeoutMs = Infinity, limit = Infinity } = {},
  ): Heard<T> {
    const end = Math.min(fate.lostAfter ?? Infinity, limit);
    const endsAt = this.now + timeoutMs;
    for (let done = 0; done < end && this.now < endsAt; done += 1) {
      this.tick();
      try {
        const next = steps.next();
        if (next.done) return { status: 'heard', value: next.value };
      } catch (error) {
        return { status: 'threw', error };
      } finally {
        this.watch();
      }
      this.now += fate.stepMs;
    }
    this.#leave(by, steps, fate);
    this.now = Math.min(Math.max(this.now, endsAt), this.now + LOST_AFTER_MS);
    return { status: 'lost' };
  }

  /** What nobody waits for, from its first step. */
  leaveBehind(steps: Steps<unknown>, wakes: number[]): void {
    this.#zombies.push({ steps, wakes: [...wakes] });
  }

  tick(): void {
    for (const zombie of [...this.#zombies]) {
      if (zombie.wakes.length === 0) continue;
      zombie.wakes[0]! -= 1;
      if (zombie.wakes[0]! > 0) continue;
      zombie.wakes.shift();
      this.#step(zombie);
    }
  }

  /** Whatever still lives comes to its end. */
  runOut(): void {
    for (let rounds = 0; this.#zombies.length > 0; rounds += 1) {
      if (rounds > 100) throw new Error('A zombie does not come to its end.');
      for (const zombie of [...this.#zombies]) this.#step(zombie);
    }
  }

  #leave(by: string, steps: Steps<unknown>, { wakes, leavesOpen }: Fate): void {
    if (wakes) this.leaveBehind(steps, wakes);
    else if (!leavesOpen) this.store.disconnect(by);
  }

  #step(zombie: Zombie): void {
    if (this.runs.at(-1)?.told) this.seen.add('a zombie acts after the telling');
    let isOver: boolean;
    try {
      isOver = zombie.steps.next().done === true;
    } catch {
      isOver = true;
    }
    if (isOver) this.#zombies = this.#zombies.filter((other) => other !== zombie);
    this.watch();
  }
}
