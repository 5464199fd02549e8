import { DoError } from './errors.ts';
import type { CallOptions, Handle } from './verbs.ts';
import type { Invocation } from './invocation.ts';

/** The verbs behind `Action.invoke()`: the process fills the slot with a client. */
export interface Host {
  invoke(name: string, input: unknown, options?: CallOptions): Promise<unknown>;
  run(name: string, input: unknown, options?: CallOptions): Promise<Invocation>;
  start(name: string, input: unknown, options?: CallOptions): Promise<Handle<unknown>>;
}

const SLOT = Symbol.for('@do-sdk/core.host');
const slot = globalThis as { [SLOT]?: Host };

export function setHost(host: Host): void {
  slot[SLOT] = host;
}

export function host(): Host {
  const filled = slot[SLOT];
  if (filled) return filled;
  throw new DoError(
    'INTERNAL',
    "Import { Action } from '@do-sdk/core': only that entry point can run invocations.",
  );
}
