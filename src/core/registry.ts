import { DoError } from './errors.ts';
import type { AnyAction } from './definition.ts';

/**
 * The actions whose modules this process has imported. On `globalThis`, so that two copies of this package in one
 * process (a linked one and an installed one, say) see the same actions.
 */
const SLOT = Symbol.for('@do-sdk/core.actions');

interface Registered {
  action: AnyAction;
  /** Where it was defined, `file:line:column`; behind it where that was called from. */
  places: readonly string[];
}

function actions(): Map<string, Registered> {
  const global = globalThis as { [SLOT]?: Map<string, Registered> };
  return (global[SLOT] ??= new Map<string, Registered>());
}

export function register(action: AnyAction): void {
  const earlier = actions().get(action.name);
  const places = definedAt();
  if (earlier) {
    throw new DoError(
      'ACTION_DUPLICATE',
      `The \`name\` "${action.name}" is taken: it was defined at ${placeOf(earlier.places)} and again at ${placeOf(places)}. Actions and workflows share one name space; rename one of them, or import the first instead of defining it again.`,
    );
  }
  actions().set(action.name, { action, places });
}

export const registered = (name: string): AnyAction | undefined => actions().get(name)?.action;

export const allRegistered = (): AnyAction[] => [...actions().values()].map(({ action }) => action);

/** The files, by path or URL, whose import defines the action: the nearest first, where a function of another defines it. */
export function definingFiles(name: string): string[] {
  const files = (actions().get(name)?.places ?? []).map((place) => place.replace(/([?#].*)?:\d+:\d+$/, ''));
  const own = files.filter((file) => /^(file:|\/|[A-Za-z]:[\\/])/.test(file));
  // What only called a library that defines actions is worth a try; the library's own callers in it are not.
  return [...new Set(own)].filter((file, at) => at === 0 || !/[\\/]node_modules[\\/]/.test(file));
}

const placeOf = (places: readonly string[]): string => places[0] ?? 'an unknown place';

/** Enough for a definition by way of a few functions. */
const FRAMES = 20;

function definedAt(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  // Frames 0 to 2 are this file and the constructor.
  return frames
    .slice(3)
    .flatMap((frame) => /^\s*at (?:async )?(?:.*?\()?(.+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []);
}
