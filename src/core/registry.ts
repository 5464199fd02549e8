import { DoError } from './errors.ts';
import type { AnyAction } from './definition.ts';

/**
 * The actions whose modules this process has imported. On `globalThis`, so that two copies of this package in one
 * process (a linked one and an installed one, say) see the same actions.
 */
const SLOT = Symbol.for('@do-sdk/core.actions');

interface Registered {
  action: AnyAction;
  /** Where the action was defined, for the message about a second one. */
  at: string;
}

function actions(): Map<string, Registered> {
  const global = globalThis as { [SLOT]?: Map<string, Registered> };
  return (global[SLOT] ??= new Map<string, Registered>());
}

export function register(action: AnyAction): void {
  const earlier = actions().get(action.name);
  const at = definedAt();
  if (earlier) {
    throw new DoError(
      'ACTION_DUPLICATE',
      `The \`name\` "${action.name}" is taken: it was defined at ${earlier.at} and again at ${at}. Actions and workflows share one name space; rename one of them, or import the first instead of defining it again.`,
    );
  }
  actions().set(action.name, { action, at });
}

export const registered = (name: string): AnyAction | undefined => actions().get(name)?.action;

export const allRegistered = (): AnyAction[] => [...actions().values()].map(({ action }) => action);

function definedAt(): string {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  // Frames 0 to 2 are this file and the constructor.
  return /\(?((?:file:\/\/)?\/?[^()\s]+:\d+:\d+)\)?$/.exec(frames[3] ?? '')?.[1] ?? 'an unknown place';
}
