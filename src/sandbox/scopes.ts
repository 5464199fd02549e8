import { CancellationScope } from '@temporalio/workflow';
import type { Told } from '../core/carried-run.ts';

/** The handler itself, or one iteration of a loop: what is called in it is told apart by its order there. */
export class Scope {
  /** Begins every key in it; the handler's own is empty. */
  readonly prefix: string;
  readonly told: Told = { now: [], uuid: [], log: 0, set: 0 };
  /** What an earlier run has told here, which must not be told otherwise, or a second time. */
  readonly before: Told | undefined;
  readonly #calls = new Map<string, number>();

  constructor(prefix: string, before?: Told) {
    this.prefix = prefix;
    this.before = before;
  }

  /** Of the next call of that kind. */
  keyOf(kind: string): string {
    const call = (this.#calls.get(kind) ?? 0) + 1;
    this.#calls.set(kind, call);
    return `${this.prefix}${kind}#${call}`;
  }

  /** The value an earlier run has told in this place, else a new one. */
  recall<Value>(of: (told: Told) => Value[], next: () => Value): Value {
    const values = of(this.told);
    const value = (this.before && of(this.before)[values.length]) ?? next();
    values.push(value);
    return value;
  }

  /** False for what an earlier run has written already. */
  isNew(of: 'log' | 'set'): boolean {
    return ++this.told[of] > (this.before?.[of] ?? 0);
  }
}

const scopes = new WeakMap<CancellationScope, Scope>();

/** The scope of whoever calls; `root` where that is no loop's body. */
export function currentScope(root: Scope): Scope {
  for (let at: CancellationScope | undefined = CancellationScope.current(); at; at = at.parent) {
    const found = scopes.get(at);
    if (found) return found;
  }
  return root;
}

/** What `body` calls, over every await, belongs to that scope. */
export function within<T>(scope: Scope, body: () => Promise<T>): Promise<T> {
  const carrier = new CancellationScope();
  scopes.set(carrier, scope);
  return carrier.run(body);
}
