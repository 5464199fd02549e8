import type { Invocable } from '../core/client.ts';
import type { AnyAction } from '../core/definition.ts';
import { toMs } from '../core/duration.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import type { CallOptions } from '../core/verbs.ts';
import { readFaults } from './faults.ts';
import type { TestFaults } from './faults.ts';
import { runOnTestClock } from './run.ts';
import type { TestRun } from './run.ts';

/** An action under test. */
export interface ActionTest<Input, Output> {
  /**
   * Runs one invocation to its end, also to a bad one: what failed, timed out or was cancelled is in what it returns.
   * Rejects with `INPUT_INVALID` as a call does whose input is refused: nothing was accepted, so nothing is on record.
   */
  run: (input: Input, options?: Pick<CallOptions, 'deadline'>) => Promise<TestRun<Output>>;
}

/**
 * An action to be run without a server: by the same attempt loop and the same code around the handler as on Temporal,
 * on a clock of its own, with the faults named in `faults`. Every `run` is an invocation, and a clock, of its own.
 * Throws `DEFINITION_INVALID` for a fault that can never happen.
 */
export function testAction<Input, Output>(
  action: AnyAction & Invocable<Input, Output>,
  faults: TestFaults = {},
): ActionTest<Input, Output> {
  const read = readFaults(faults, action.policy.maximumAttempts);
  return {
    async run(input, { deadline } = {}) {
      const deadlineMs = deadline === undefined ? undefined : toMs(deadline, 'deadline');
      const sent = checkJson(input, 'input', action.name);
      await checkSchema(action.input, sent, 'input', action.name);
      return (await runOnTestClock(action, sent, read, deadlineMs)) as TestRun<Output>;
    },
  };
}
