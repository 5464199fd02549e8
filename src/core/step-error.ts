import type { ErrorCode } from './errors.ts';
import { DoError } from './errors.ts';
import type { Failure } from './failure.ts';
import type { LoopResult } from './loop.ts';
import { deadlinePassed } from './wording.ts';

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

export const notInWorkflow = (name: string, verb: string): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `\`${verb}\` of "${name}" was called in a workflow: a step has no invocation of its own there. Use \`await …invoke(input)\`; for steps side by side, \`Promise.all\` or \`ctx.parallel\`.`,
  );

export const badKey = (name: string): DoError =>
  new DoError(
    'IDEMPOTENCY_KEY_INVALID',
    `Expected \`idempotencyKey\` of the step "${name}" to be 1 to 255 printable ASCII characters.`,
  );

export const otherInput = (path: string): DoError =>
  new DoError(
    'IDEMPOTENCY_MISMATCH',
    `The step ${path} was called with another input before; nothing was executed. Use a new key for a new input.`,
  );

export const attemptsOfWorkflow = (name: string): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `\`retry\` and \`timeout\` are of attempts, and the workflow "${name}" has none. Use \`deadline\`, or set them on its steps.`,
  );

export const notInBuild = (name: string): DoError =>
  new DoError(
    'ACTION_NOT_FOUND',
    `There is no action or workflow "${name}" in this build: it was not imported when the workflow was compiled. Import its module where the workflow is defined.`,
  );
