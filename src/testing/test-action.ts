import type { Invocable } from '../core/client.ts';
import type { Transaction } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import { toMs } from '../core/duration.ts';
import { DoError } from '../core/errors.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import type { CallOptions } from '../core/verbs.ts';
import type { Compensator } from './compensator.ts';
import { compensatorOf } from './compensator.ts';
import { readFaults } from './faults.ts';
import type { TestFaults } from './faults.ts';
import { runOnTestClock } from './run.ts';
import type { RunOptions } from './run.ts';
import type { TestRun } from './test-run.ts';

/** An action under test. */
export interface ActionTest<Input, Output> {
  /**
   * Runs one invocation to its end, also to a bad one: what failed, timed out or was cancelled is in what it returns.
   * Rejects with `INPUT_INVALID` as a call does whose input is refused: nothing was accepted, so nothing is on record.
   */
  run: (input: Input, options?: Pick<CallOptions, 'deadline'>) => Promise<TestRun<Output>>;
}

/** What goes wrong, and what stands in for the database. */
export interface TestOptions extends TestFaults {
  /** Gets the statements of a transactional action; what they do is up to it. Required there, refused elsewhere. */
  tx?: Transaction;
  /** What the action declares in `secrets`, by name; the environment is not looked at. Default: none. */
  secrets?: Readonly<Record<string, string>>;
}

/**
 * An action to be run without a server: by the same attempt loop and the same code around the handler as on Temporal,
 * on a clock of its own, with the faults named in `options`. Every `run` is an invocation, and a clock, of its own.
 * Throws `DEFINITION_INVALID` for a fault that can never happen.
 */
export function testAction<Input, Output>(
  action: AnyAction & Invocable<Input, Output>,
  options: TestOptions = {},
): ActionTest<Input, Output> {
  const read = readOptions(action, options);
  return {
    async run(input, { deadline } = {}) {
      const deadlineMs = deadline === undefined ? undefined : toMs(deadline, 'deadline');
      const sent = checkJson(input, 'input', action.name);
      await checkSchema(action.input, sent, 'input', action.name);
      return (await runOnTestClock({ ...read, action, input: sent, deadlineMs })) as TestRun<Output>;
    },
  };
}

function readOptions(
  action: AnyAction,
  options: TestOptions,
): Omit<RunOptions, 'action' | 'input' | 'deadlineMs'> {
  const { compensation, cancelAt, patience = '1s', tx, secrets, ...faults } = options;
  const { maximumAttempts } = action.policy;
  const compensator = compensatorOf(action);
  if (compensation && !compensator)
    throw invalid(`Action "${action.name}" has no \`compensate\` that \`compensation\` could make fail.`);
  checkDouble(action, compensator, tx);
  return {
    faultOf: readFaults(faults, {
      path: '',
      limit: "the action's `retry.maximumAttempts`",
      maximumAttempts,
      isTransactional: isTransactional(action),
    }),
    compensationFaultOf: compensator ? readCompensation(compensation, compensator) : () => ({}),
    cancelAfterMs: cancelAt === undefined ? undefined : toMs(cancelAt, 'cancelAt'),
    patienceMs: toMs(patience, 'patience'),
    tx,
    secrets,
  };
}

const readCompensation = (faults: TestFaults['compensation'], { action, policy }: Compensator) =>
  readFaults(faults ?? {}, {
    path: 'compensation.',
    limit: "the compensation's `retry.maximumAttempts`",
    maximumAttempts: policy.maximumAttempts,
    isTransactional: isTransactional(action),
  });

function checkDouble(action: AnyAction, compensator: Compensator | undefined, tx: unknown): void {
  const actions = [action, ...(compensator ? [compensator.action] : [])];
  const transactional = actions.find(isTransactional);
  if (transactional && tx === undefined) {
    throw invalid(
      `Action "${transactional.name}" is transactional, and a test without servers has no database. Pass \`tx\`, an object with a \`query\` method in place of the transaction, or run the action on a real Postgres: see \`startTestServers\`.`,
    );
  }
  if (transactional || tx === undefined) return;
  throw invalid(`Action "${action.name}" is not transactional, so \`tx\` would never be used. Leave it out.`);
}

const isTransactional = ({ safety }: AnyAction): boolean => safety?.transactional === true;

const invalid = (message: string) => new DoError('DEFINITION_INVALID', message);
