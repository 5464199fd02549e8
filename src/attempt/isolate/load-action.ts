import { setTimeout as delay } from 'node:timers/promises';
import type { AnyAction } from '../../core/definition.ts';
import { DoError } from '../../core/errors.ts';
import { registered } from '../../core/registry.ts';

const TYPESCRIPT = /\.[cm]?tsx?$/;
const LOOK_MS = 20;
/** A module of definitions has loaded by then; a script waits at its top level for what it will not get here. */
const PATIENCE_MS = 1_000;

/** Loads the modules one after another until one of them has defined the action. */
export async function loadAction(name: string, modules: readonly string[]): Promise<AnyAction> {
  let cause: unknown;
  if (modules.some((module) => TYPESCRIPT.test(module))) (await import('tsx/esm/api')).register();
  for (const module of modules) {
    const loaded = import(module).catch((error: unknown) => (cause ??= error));
    await Promise.race([loaded, defined(name)]);
    const action = registered(name);
    if (action) return action;
  }
  throw notDefined(name, modules, cause);
}

/** A moment after the action was defined; never, when it is not. */
async function defined(name: string): Promise<void> {
  while (!registered(name)) await delay(LOOK_MS, undefined, { ref: false });
  await delay(PATIENCE_MS);
}

function notDefined(name: string, modules: readonly string[], cause: unknown): DoError {
  const why = cause instanceof Error ? `: ${cause.message}` : '.';
  return new DoError(
    'ACTION_NOT_FOUND',
    `Action "${name}" is isolated, but loading ${modules.join(' and ')} in a process of its own did not define it${why} Define it at the top level of a module that needs nothing of the program around it.`,
    { cause },
  );
}
