import type { ErrorCode } from '../core/errors.ts';
import { DoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import type { LoopResult } from '../core/loop.ts';
import { deadlinePassed } from '../core/wording.ts';

/** How a step that did not complete is told to the handler: it may catch it, and by its `type` tell why. */
export function stepError(name: string, result: Extract<LoopResult, { attempts: number }>): DoError {
  const { attempts } = result;
  const failure = result.status === 'failed' ? result.failure : deadlinePassed(attempts, result.failure);
  return failedStep(name, failure, `after ${attempts} attempt${attempts === 1 ? '' : 's'}`);
}

export function failedStep(
  name: string,
  { code, type, message }: Pick<Failure, 'type' | 'message'> & { code: ErrorCode },
  when: string,
): DoError {
  const cause = Object.assign(new Error(message), { name: type, type });
  return new DoError(code, `"${name}" failed ${when}: ${type}: ${message}`, { cause, type });
}
