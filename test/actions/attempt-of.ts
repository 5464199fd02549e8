import type { Failure } from '../../src/core/failure.ts';
import type { AnyAction } from '../../src/core/definition.ts';
import { AttemptFailed, runAttempt } from '../../src/attempt/run.ts';

/** The built-in actions need neither. */
const nothingBeside = {
  store: () => Promise.reject(new Error('no database')),
  stage: () => Promise.reject(new Error('nothing to start')),
};

export interface Circumstances {
  attempt?: number;
  token?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export const tokenOf = (action: AnyAction): string => `${action.name}/0193c1a2-7d1e-7b3a-9c55-1f2e3d4c5b6a`;

/** One attempt of an action as a worker runs it, and its output. */
export async function attemptOf(
  action: AnyAction,
  input: unknown,
  given: Circumstances = {},
): Promise<unknown> {
  const { token = tokenOf(action), timeoutMs = 30_000, signal = new AbortController().signal } = given;
  const silent = () => undefined;
  const meta = { attempt: given.attempt ?? 1, maximumAttempts: 5, token, firstRunId: 'run', version: '1' };
  const { output } = await runAttempt(
    { action, role: 'handler', input, meta },
    {
      ...nothingBeside,
      invocationId: 'invocation',
      timeoutMs,
      signal,
      heartbeat: silent,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    },
  );
  return output;
}

/** How the attempt failed, as it goes on record. */
export async function failureOf(action: AnyAction, input: unknown, given?: Circumstances): Promise<Failure> {
  try {
    await attemptOf(action, input, given);
  } catch (error) {
    if (error instanceof AttemptFailed) return error.failure;
    throw error;
  }
  throw new Error('The attempt completed, and a failure was expected.');
}
