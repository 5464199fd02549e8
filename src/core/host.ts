import { DoError } from './errors.ts';
import type { Kind } from './kind.ts';
import type { CallOptions, Handle } from './verbs.ts';
import type { Invocation } from './invocation.ts';

/** The verbs behind `Action.invoke()`: the process fills the slot with a client. */
export interface Host {
  invoke(name: string, input: unknown, options?: CallOptions, kind?: Kind): Promise<unknown>;
  run(name: string, input: unknown, options?: CallOptions, kind?: Kind): Promise<Invocation>;
  start(name: string, input: unknown, options?: CallOptions, kind?: Kind): Promise<Handle<unknown>>;
}

const SLOT = Symbol.for('@do-sdk/core.host');
const WITHIN = Symbol.for('@do-sdk/core.within');
const slot = globalThis as { [SLOT]?: Host; [WITHIN]?: () => Host | undefined };

export function setHost(host: Host): void {
  slot[SLOT] = host;
}

/** For a process in which only some callers are within a workflow: a test without servers. */
export function setHostWithin(find: () => Host | undefined): void {
  slot[WITHIN] = find;
}

/** Of the workflow whose handler the caller is; undefined elsewhere. */
export const hostWithin = (): Host | undefined => slot[WITHIN]?.();

export function host(): Host {
  const filled = hostWithin() ?? slot[SLOT];
  if (filled) return filled;
  throw new DoError(
    'INTERNAL',
    "Import { Action } from '@do-sdk/core': only that entry point can run invocations.",
  );
}
