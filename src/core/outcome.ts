import { DoError, ERROR_STATUS } from './errors.ts';
import type { ErrorCode } from './errors.ts';
import type { Invocation } from './invocation.ts';

/** The error by which `invoke` and `run` tell that an invocation closed without completing. */
export function notCompleted(invocation: Invocation): DoError {
  const error = invocation.error ?? {
    code: 'INVOCATION_FAILED',
    type: 'Unknown',
    message: 'No reason is on record.',
  };
  const code = (Object.hasOwn(ERROR_STATUS, error.code) ? error.code : 'INVOCATION_FAILED') as ErrorCode;
  const attempts = `${invocation.attempts} attempt${invocation.attempts === 1 ? '' : 's'}`;
  const cause = Object.assign(new Error(error.message), { name: error.type });
  return new DoError(
    code,
    `"${invocation.name}" ${invocation.status.replace('_', ' ')} after ${attempts}: ${error.type}: ${error.message} (invocation ${invocation.id})`,
    { invocation, cause },
  );
}

export function assertCompleted(invocation: Invocation): Invocation {
  if (invocation.status === 'completed') return invocation;
  throw notCompleted(invocation);
}
