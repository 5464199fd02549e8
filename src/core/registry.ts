import { DoError } from './errors.ts';
import type { AnyAction } from './definition.ts';
import type { AnyWorkflow } from './workflow-definition.ts';

/**
 * The actions and workflows whose modules this process has imported. On `globalThis`, so that two copies of this package in one
 * process (a linked one and an installed one, say) see the same actions.
 */
const SLOT = Symbol.for('@do-sdk/core.actions');

interface Registered {
  action?: AnyAction;
  workflow?: AnyWorkflow;
  /** Where it was defined, `file:line:column`; behind it where that was called from. */
  places: readonly string[];
}

function definitions(): Map<string, Registered> {
  const global = globalThis as { [SLOT]?: Map<string, Registered> };
  return (global[SLOT] ??= new Map<string, Registered>());
}

export const registerAction = (action: AnyAction): void => register(action.name, { action });
export const registerWorkflow = (workflow: AnyWorkflow): void => register(workflow.name, { workflow });

function register(name: string, definition: Omit<Registered, 'places'>): void {
  const earlier = definitions().get(name);
  const places = definedAt();
  if (earlier) {
    throw new DoError(
      'ACTION_DUPLICATE',
      `The \`name\` "${name}" is taken: it was defined at ${placeOf(earlier.places)} and again at ${placeOf(places)}. Actions and workflows share one name space; rename one of them, or import the first instead of defining it again.`,
    );
  }
  definitions().set(name, { ...definition, places });
}

export const registered = (name: string): AnyAction | undefined => definitions().get(name)?.action;
export const registeredWorkflow = (name: string): AnyWorkflow | undefined =>
  definitions().get(name)?.workflow;

export const allRegistered = (): AnyAction[] =>
  [...definitions().values()].flatMap(({ action }) => action ?? []);
export const allRegisteredWorkflows = (): AnyWorkflow[] =>
  [...definitions().values()].flatMap(({ workflow }) => workflow ?? []);

/** The files, by path or URL, whose import defines it: the nearest first, where a function of another defines it. */
export function definingFiles(name: string): string[] {
  const files = (definitions().get(name)?.places ?? []).map((place) =>
    place.replace(/([?#].*)?:\d+:\d+$/, ''),
  );
  const own = files.filter((file) => /^(file:|\/|[A-Za-z]:[\\/])/.test(file));
  // What only called a library that defines actions is worth a try; the library's own callers in it are not.
  return [...new Set(own)].filter((file, at) => at === 0 || !/[\\/]node_modules[\\/]/.test(file));
}

const placeOf = (places: readonly string[]): string => places[0] ?? 'an unknown place';

/** Enough for a definition by way of a few functions. */
const FRAMES = 20;

function definedAt(): string[] {
  // In Temporal's sandbox; there nobody asks.
  if (Object.isFrozen(Error)) return [];
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  // Frames 0 to 3 are this file and the constructor.
  return frames
    .slice(4)
    .flatMap((frame) => /^\s*at (?:async )?(?:.*?\()?(.+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []);
}
