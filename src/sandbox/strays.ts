import { condition } from '@temporalio/workflow';

/** What the SDK keeps for its stack traces; its promise hook tells it of every promise of the sandbox. */
interface PromiseStore {
  childToParent: Map<Promise<unknown>, Set<Promise<unknown>>>;
}

type Sandbox = typeof globalThis & { __TEMPORAL_ACTIVATOR__?: { promiseStackStore?: PromiseStore } };

/**
 * Promises that rejected with nobody waiting for them. Node reports such a one, upon which the SDK fails the workflow
 * task, and every repeat of it: the invocation would never end. So each gets a listener here at the moment it settles,
 * and what is still not waited for when the task has nothing left to do fails the invocation, as it fails an attempt.
 */
export class Strays {
  readonly #waitedFor = new WeakSet<Promise<unknown>>();
  readonly #rejected = new Map<Promise<unknown>, unknown>();

  /** Rejects with the reason of the first one. */
  async first(): Promise<never> {
    const store = (globalThis as Sandbox).__TEMPORAL_ACTIVATOR__?.promiseStackStore;
    if (store) store.childToParent = this.#observing(store.childToParent);
    // Looked at only when all that was due has run: whoever waits for a promise a moment later does wait for it.
    await condition(() => this.#findStrays());
    throw [...this.#rejected.values()][0];
  }

  #findStrays(): boolean {
    for (const promise of this.#rejected.keys())
      if (this.#waitedFor.has(promise)) this.#rejected.delete(promise);
    return this.#rejected.size > 0;
  }

  #observing(known: PromiseStore['childToParent']): PromiseStore['childToParent'] {
    const begun = (parents: Set<Promise<unknown>>) => {
      for (const parent of parents) this.#waitedFor.add(parent);
    };
    const settles = (promise: Promise<unknown>) => this.#listenTo(promise);
    class Observed extends Map<Promise<unknown>, Set<Promise<unknown>>> {
      override set(child: Promise<unknown>, parents: Set<Promise<unknown>>): this {
        begun(parents);
        return super.set(child, parents);
      }
      override delete(promise: Promise<unknown>): boolean {
        settles(promise);
        return super.delete(promise);
      }
    }
    const observed = new Observed();
    for (const [child, parents] of known) observed.set(child, parents);
    return observed;
  }

  #listenTo(promise: Promise<unknown>): void {
    if (this.#waitedFor.has(promise)) return;
    Reflect.defineProperty(promise, 'constructor', DERIVES_NOTHING);
    void promise.then(undefined, (reason: unknown) => void this.#rejected.set(promise, reason));
    Reflect.deleteProperty(promise, 'constructor');
  }
}

type Executor = (resolve: () => void, reject: () => void) => void;
const ignore = (): void => undefined;

/** In place of the promise that `then` gives, which nobody needs, and which the hook would have to be told of as well. */
class Nothing {
  constructor(executor: Executor) {
    executor(ignore, ignore);
  }
}
const DERIVES_NOTHING = { value: { [Symbol.species]: Nothing }, configurable: true };
