import { CancellationScope } from '@temporalio/workflow';
import type {
  CarriedLoop,
  CarriedRun,
  EndedOperation,
  OpenOperation,
  Outcome,
  Told,
} from '../core/carried-run.ts';
import { DoError } from '../core/errors.ts';
import { fromCarried, toCarried } from './carried-error.ts';
import { quiescent } from './quiescent.ts';
import { currentScope, Scope } from './scopes.ts';

/** What is kept may be a megabyte of output for each step; beyond this it could not be carried anyway. */
const MOST_KEPT = 1_500_000;

/** Enough for a handler that tells each of its refused steps apart. */
const MOST_REFUSED = 1_000;
const NEVER = new Promise<never>(() => undefined);

type Live<T> = (open: OpenOperation) => Promise<T>;

/**
 * What has ended in this run, so that the handler could run again without doing it again. After a continuation it gives
 * what the runs before had, in the order in which that ended there, until it has caught up.
 */
export class Journal {
  readonly #root: Scope;
  /** The scopes that are open, by prefix; what an iteration has done is forgotten with it. */
  readonly #scopes = new Map<string, Scope>();
  /** As JSON, since handlers may change what they were given; undefined where there is too much of it. */
  readonly #ended = new Map<string, string | undefined>();
  readonly #open = new Map<string, OpenOperation>();
  readonly #before: Pick<CarriedRun, 'open' | 'told' | 'loops'>;
  readonly #remembered: Map<string, Outcome>;
  readonly #awaited = new Map<string, () => void>();
  #caughtUp: Promise<void> | undefined;
  #kept = 0;
  #refused = 0;

  constructor(before: Partial<Pick<CarriedRun, 'ended' | 'open' | 'told' | 'loops'>> = {}) {
    const { ended = [], open = {}, told = {}, loops = {} } = before;
    this.#before = { open, told, loops };
    this.#remembered = new Map(ended.map(({ key, outcome }) => [key, outcome]));
    this.#root = this.scope('');
  }

  scope(prefix: string): Scope {
    const scope = new Scope(prefix, this.#before.told[prefix]);
    this.#scopes.set(prefix, scope);
    return scope;
  }

  current = (): Scope => currentScope(this.#root);

  loopBefore = (key: string): CarriedLoop | undefined => this.#before.loops[key];

  /** Gives what an earlier run had, or does it and keeps what comes of it. */
  async once<T>(kind: string, live: Live<T>): Promise<T> {
    const key = this.current().keyOf(kind);
    if (this.hasEnded(key)) return (await this.recall(key)) as T;
    const carried = this.#before.open[key];
    // What was waited for already began before anything that is new.
    if (!carried && this.#caughtUp) await this.#caughtUp;
    // A handler that tries again for ever once it is cancelled would keep its task from ending: it waits instead.
    if (CancellationScope.current().consideredCancelled && ++this.#refused > MOST_REFUSED) await NEVER;
    const open: OpenOperation = { ...carried };
    this.#open.set(key, open);
    try {
      const value = await live(open);
      this.end(key, { value });
      return value;
    } catch (error) {
      this.end(key, { error: toCarried(error) });
      throw error;
    } finally {
      this.#open.delete(key);
    }
  }

  hasEnded = (key: string): boolean => this.#remembered.has(key);

  async recall(key: string): Promise<unknown> {
    await new Promise<void>((resolve) => this.#awaited.set(key, resolve));
    const outcome = this.#remembered.get(key)!;
    this.end(key, outcome);
    if ('error' in outcome) throw fromCarried(outcome.error);
    return outcome.value;
  }

  end(key: string, outcome: Outcome): void {
    const text = JSON.stringify(outcome);
    const size = key.length + text.length;
    const isKept = this.#kept + size <= MOST_KEPT;
    if (isKept) this.#kept += size;
    this.#ended.set(key, isKept ? text : undefined);
  }

  /** What was called in an iteration, and in the loops within it. */
  forget(prefix: string): void {
    for (const [key, text] of this.#ended) {
      if (!key.startsWith(prefix)) continue;
      this.#ended.delete(key);
      if (text !== undefined) this.#kept -= key.length + text.length;
    }
    for (const known of this.#scopes.keys()) if (known.startsWith(prefix)) this.#scopes.delete(known);
  }

  /** Lets the handler have what had ended, one after the other; rejects when it does something else instead. */
  async catchUp(): Promise<void> {
    if (this.#remembered.size === 0) return;
    this.#caughtUp = this.#replay();
    await this.#caughtUp;
    this.#caughtUp = undefined;
  }

  untilCaughtUp = async (): Promise<void> => await this.#caughtUp;

  async #replay(): Promise<void> {
    for (const key of this.#remembered.keys()) {
      if (!this.#awaited.has(key)) await quiescent();
      const resolve = this.#awaited.get(key);
      if (!resolve) throw otherwise(key);
      resolve();
      // Whoever waits for the first of two must see it first.
      await quiescent();
    }
  }

  /** Undefined when there is too much of it. */
  carried(): Pick<CarriedRun, 'ended' | 'open' | 'told'> | undefined {
    const ended: EndedOperation[] = [];
    for (const [key, text] of this.#ended) {
      if (text === undefined) return undefined;
      ended.push({ key, outcome: JSON.parse(text) as Outcome });
    }
    const told: Record<string, Told> = {};
    for (const [prefix, scope] of this.#scopes) told[prefix] = scope.told;
    return { ended, open: Object.fromEntries(this.#open), told };
  }
}

const otherwise = (key: string): DoError =>
  new DoError(
    'INVOCATION_FAILED',
    `The invocation went on in a fresh record, and its handler did not get to "${key}" again, which it had done before. What a handler does before and beside \`ctx.loop\` must follow from its input, \`ctx\` and its steps alone: use \`ctx.now()\` and \`ctx.uuid()\`, not \`Date\` and \`Math.random()\`.`,
    { type: 'ContinuedOtherwise' },
  );
