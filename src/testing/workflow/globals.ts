import type { Execution } from './execution.ts';

type Find = () => Execution | undefined;

/** How many tests run: the last one leaves the process as the first has found it. */
let users = 0;
let restore: () => void = () => undefined;

/**
 * While `work` runs, `Date`, `Math.random` and `setTimeout` are the record's for whoever is in a handler, as in Temporal's
 * sandbox, and what they always are for everybody else.
 */
export async function withGlobalsOfRecord<T>(find: Find, work: () => Promise<T>): Promise<T> {
  if (users++ === 0) restore = replaceGlobals(find);
  try {
    return await work();
  } finally {
    if (--users === 0) restore();
  }
}

function replaceGlobals(find: Find): () => void {
  const restores = [
    replace(globalThis, 'Date', (real) => dateOfRecord(real, find)),
    replace(Math, 'random', (real) => () => find()?.random() ?? real()),
    ...timersOfRecord(find),
  ];
  return () => restores.forEach((back) => back());
}

/** What somebody else has put in its place meanwhile, fake timers say, stays. */
function replace<Owner extends object, Key extends keyof Owner>(
  owner: Owner,
  key: Key,
  replacement: (real: Owner[Key]) => Owner[Key],
): () => void {
  const real = owner[key];
  const ours = replacement(real);
  owner[key] = ours;
  return () => void (owner[key] === ours && (owner[key] = real));
}

/** The same class to everybody who compares. */
function dateOfRecord(real: DateConstructor, find: Find): DateConstructor {
  const now = () => find()?.now ?? real.now();
  return new Proxy(real, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new real(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}

type SetTimeout = (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => unknown;

function timersOfRecord(find: Find): (() => void)[] {
  const running = new WeakMap<object, () => void>();
  const timers = globalThis as unknown as { setTimeout: SetTimeout; clearTimeout: (timer: unknown) => void };
  return [
    replace(timers, 'setTimeout', (real) => (work, ms = 0, ...args) => {
      const execution = find();
      if (!execution) return real(work, ms, ...args);
      const timer = {};
      running.set(
        timer,
        execution.wake(Math.max(1, ms), () => work(...args)),
      );
      return timer;
    }),
    replace(timers, 'clearTimeout', (real) => (timer) => {
      const forget = typeof timer === 'object' && timer !== null ? running.get(timer) : undefined;
      if (forget) forget();
      else real(timer);
    }),
  ];
}
