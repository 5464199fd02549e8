import type { AnyAction } from '../../core/definition.ts';
import { DoError } from '../../core/errors.ts';
import type { AttemptPolicy } from '../../core/policy.ts';
import type { Compensator } from '../compensator.ts';
import { readFaults } from '../faults.ts';
import type { AttemptFaults, FaultOf } from '../faults.ts';
import type { StepCall } from './asking.ts';

/** What goes wrong with a step. */
export interface StepFaults extends AttemptFaults {
  /** Every attempt fails with this error before it begins; a workflow called as a step fails with it at once. */
  failAlways?: unknown;
  /** What goes wrong whenever an attempt of it is taken back; keys are numbers of tries. Default: nothing. */
  compensation?: AttemptFaults;
}

export interface FaultEntry {
  /** The name of an action, for each call of it, or the path of one step: `charge.card/2`. */
  step: string;
  faults: StepFaults;
}

/** The faults of one run. */
export class FaultBook {
  readonly #entries: readonly FaultEntry[];
  readonly #met = new Set<string>();

  constructor(entries: readonly FaultEntry[]) {
    this.#entries = entries;
  }

  /** Of one step: what is said of its path goes before what is said of its name. */
  of({ name, path }: Pick<StepCall, 'name' | 'path'>): StepFaults {
    const own = [name, path].flatMap((step) => this.#entries.filter((entry) => entry.step === step));
    own.forEach(({ step }) => this.#met.add(step));
    return Object.assign({}, ...own.map(({ faults }) => faults)) as StepFaults;
  }

  /** The steps that were to have faults and never came. */
  get unmet(): string[] {
    return [...new Set(this.#entries.map(({ step }) => step))].filter((step) => !this.#met.has(step));
  }
}

/** Throws `DEFINITION_INVALID` for what can never happen. */
export function faultsOfAction(
  { failAlways, compensation: _, ...faults }: StepFaults,
  path: string,
  action: AnyAction,
  { maximumAttempts }: AttemptPolicy,
): FaultOf {
  const isTransactional = action.safety?.transactional === true;
  const limit = "the step's `retry.maximumAttempts`";
  const faultOf = readFaults(faults, { path: `${path}.`, limit, maximumAttempts, isTransactional });
  if (failAlways === undefined) return faultOf;
  return (attempt) => ({ ...faultOf(attempt), error: { thrown: failAlways } });
}

export function faultsOfCompensation(
  { compensation }: StepFaults,
  path: string,
  compensator: Compensator | undefined,
): FaultOf {
  if (!compensation) return () => ({});
  if (!compensator) {
    throw new DoError(
      'DEFINITION_INVALID',
      `Step "${path}" has no \`compensate\` that \`compensation\` could make fail.`,
    );
  }
  const { action, policy } = compensator;
  return readFaults(compensation, {
    path: `${path}.compensation.`,
    limit: "the compensation's `retry.maximumAttempts`",
    maximumAttempts: policy.maximumAttempts,
    isTransactional: action.safety?.transactional === true,
  });
}
