import type { RunPlan } from './plan.ts';
import type { World } from './world.ts';

class Cancelled extends Error {}

export type Ended<T> = { status: 'returned'; value: T } | { status: 'cancelled' } | { status: 'terminated' };

interface Recorded {
  asked: string;
  at: number;
  answer: { value: unknown } | { thrown: unknown };
}

export interface Call<T> {
  name: string;
  args: unknown;
  /** False within a settlement. */
  isCancellable: boolean;
  /** `limit`: after so many steps of it the run is terminated. */
  perform: (limit?: number) => Promise<T> | T;
  /** A cancelled attempt that completes all the same is heard. */
  survivesCancel?: (answer: T) => boolean;
}

/**
 * Runs a deterministic function as a workflow engine does: each answer of the world is recorded, and when the host is
 * lost the function runs anew on the record, which must lead it to the same calls.
 */
export class LoopHost {
  /** Somebody asked for it while it was running. */
  isCancelled = false;
  readonly #world: World;
  readonly #plan: RunPlan;
  #record: Recorded[] = [];
  /** Calls on the records before, of a run that was continued. */
  #base = 0;
  #cursor = 0;
  #draws = 0;
  #now: number;
  #end: (how: 'lost' | 'terminated') => void = () => undefined;

  constructor(world: World, plan: RunPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#now = world.now;
  }

  /** Continue-as-new: a fresh record. */
  beginRecord(): void {
    this.#base += this.#record.length;
    this.#record = [];
  }

  async run<T>(workflow: () => Promise<T>): Promise<Ended<T>> {
    const beganAt = this.#world.now;
    for (;;) {
      this.#cursor = 0;
      this.#draws = 0;
      this.#now = beganAt;
      const cut = new Promise<'lost' | 'terminated'>((resolve) => (this.#end = resolve));
      const ended = await Promise.race([cut, outcomeOf(workflow)]);
      if (ended === 'terminated') return { status: 'terminated' };
      if (ended === 'lost') {
        this.#world.seen.add('a host is lost and replayed');
        continue;
      }
      this.#world.expect(this.#cursor >= this.#record.length, 'a replay makes every call again');
      return ended;
    }
  }

  /** The time of the last answer: a replay sees the times of the record. */
  now = (): number =>
    this.#world.without === 'the loop reads the wall clock on replay' ? this.#world.now : this.#now;

  random = (): number => (0.37 * (this.#base + ++this.#draws)) % 1;

  isRecordFull = (): boolean => this.#cursor >= (this.#plan.fullAfter ?? Infinity);

  async call<T>(call: Call<T>): Promise<T> {
    const index = this.#cursor++;
    const asked = JSON.stringify([call.name, call.args]);
    const recorded = this.#record[index];
    if (recorded) {
      this.#world.expect(recorded.asked === asked, 'a replay makes the same calls');
      return this.#answer(recorded);
    }
    const at = this.#base + index;
    const answer = await this.#perform(call, at);
    const entry: Recorded = { asked, at: this.#world.now, answer };
    this.#record.push(entry);
    return this.#plan.crashesAfter.includes(at) ? this.#cut('lost') : this.#answer(entry);
  }

  async #perform<T>(call: Call<T>, at: number): Promise<Recorded['answer']> {
    const { cancelAt, terminate } = this.#plan;
    if (at === cancelAt) this.isCancelled = true;
    if (call.isCancellable && cancelAt !== null && at > cancelAt) return { thrown: new Cancelled() };
    if (terminate?.call === at) {
      if (terminate.steps >= 0) await call.perform(terminate.steps);
      return await this.#cut('terminated');
    }
    if (!call.isCancellable || at !== cancelAt) return { value: await call.perform() };
    if (!call.survivesCancel) return { thrown: new Cancelled() };
    const value = await call.perform();
    return call.survivesCancel(value) ? { value } : { thrown: new Cancelled() };
  }

  #answer<T>({ at, answer }: Recorded): T {
    this.#now = at;
    if ('thrown' in answer) throw answer.thrown;
    return answer.value as T;
  }

  /** Nothing of this host's run of the function goes on. */
  #cut(how: 'lost' | 'terminated'): Promise<never> {
    this.#end(how);
    return new Promise(() => undefined);
  }
}

async function outcomeOf<T>(workflow: () => Promise<T>): Promise<Ended<T>> {
  try {
    return { status: 'returned', value: await workflow() };
  } catch (error) {
    if (error instanceof Cancelled) return { status: 'cancelled' };
    throw error;
  }
}
