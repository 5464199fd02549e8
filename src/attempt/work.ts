import type { ActionContext } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';

/** The function that one attempt calls: the handler, or what takes an attempt of it back. */
export type Work = (input: unknown, ctx: ActionContext) => unknown;

export function workOf(action: AnyAction, role: 'handler' | 'compensate', meta: AttemptEnvelope): Work {
  if (role === 'handler') return (input, ctx) => action.handler(input as never, ctx);
  const { compensate } = action;
  const { compensates } = meta;
  // The run's policy is of when it started; since then this worker's build may have dropped the function.
  if (!compensate || !compensates) {
    throw new DoError(
      'DEFINITION_INVALID',
      `Action "${action.name}" has no \`compensate\` in this worker, but an attempt of it has to be taken back. Deploy a worker that has it.`,
    );
  }
  const { output, error, attempt } = compensates;
  return (input, ctx) => {
    // The prototype and not a spread, which would lose a `tx` that only refuses.
    const own = Object.assign(Object.create(ctx) as ActionContext, {
      ...ctx,
      error,
      attempt,
      output: output as never,
    });
    return compensate(input as never, own);
  };
}
