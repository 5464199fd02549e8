import { DoError } from './errors.ts';

const SLOT = Symbol.for('@do-sdk/core.isolated');
const slot = globalThis as { [SLOT]?: string };

/** From here on this process runs one attempt of the action and nothing else. */
export function isolateProcess(action: string): void {
  slot[SLOT] = action;
}

/**
 * The module that defines an isolated action is loaded once more for each attempt. Should it also invoke or serve
 * actions, every attempt would begin with doing so again, and an action that its own module invokes would never end.
 */
export function refuseWhereIsolated(): void {
  const action = slot[SLOT];
  if (action === undefined) return;
  throw new DoError(
    'DEFINITION_INVALID',
    `Nothing can be invoked or served in the process of an isolated attempt (of "${action}"). In its handler, use \`ctx.enqueue\`; outside of it, move what invokes and serves into a module of its own that imports the definition.`,
  );
}
