import type { AnyAction } from '../core/definition.ts';
import { DoError } from '../core/errors.ts';
import type { AttemptPolicy } from '../core/policy.ts';
import { registered } from '../core/registry.ts';
import type { Attempt } from '../attempt/run.ts';

/** What takes an attempt back: the action's own function, or another action. */
export interface Compensator extends Pick<Attempt, 'action' | 'role'> {
  policy: AttemptPolicy;
}

/** Undefined where nothing takes an attempt back. */
export function compensatorOf(
  action: AnyAction,
  find: (name: string) => AnyAction | undefined = registered,
): Compensator | undefined {
  const compensation = action.safety?.compensate;
  if (!compensation) return undefined;
  const { policy, action: name } = compensation;
  if (name === undefined) return { action, role: 'compensate', policy };
  const other = find(name);
  if (other) return { action: other, role: 'handler', policy };
  throw new DoError(
    'ACTION_NOT_FOUND',
    `Action "${action.name}" is compensated by "${name}", which this test has not imported. Import its module.`,
  );
}
