import { DoError } from './errors.ts';
import { checkJson } from './validate.ts';

/** What a person decides on an approval. */
export interface Decision {
  /** Of the request in the invocation's `approvals`: the decision holds for exactly what was shown there. */
  digest: string;
  /** False turns it down. */
  approved: boolean;
  /** Why; shown in the audit. */
  reason?: string | null;
  /** What the workflow wants to know beside it; its schema checks it. */
  data?: unknown;
}

export const LONGEST_DIGEST = 256;
export const LONGEST_REASON = 4_096;

/** Each with what it has to be. */
const FIELDS: Record<keyof Decision, { expected: string; isValid: (value: unknown) => boolean }> = {
  digest: {
    expected: "the `digest` of the request in the invocation's `approvals`",
    isValid: (value) => typeof value === 'string' && value.length <= LONGEST_DIGEST,
  },
  approved: { expected: 'true or false', isValid: (value) => typeof value === 'boolean' },
  reason: {
    expected: 'a string of at most 4,096 characters, or null',
    isValid: (value) =>
      value === undefined || value === null || (typeof value === 'string' && value.length <= LONGEST_REASON),
  },
  data: { expected: 'JSON', isValid: () => true },
};

/** The decision as it goes on record; `INPUT_INVALID`, which names the field, for what is none. */
export function checkDecision(given: unknown, name: string): Decision {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(name, 'expected an object with `digest` and `approved`');
  const decision = given as Partial<Record<keyof Decision, unknown>>;
  const unknown = Object.keys(decision).find((field) => !Object.hasOwn(FIELDS, field));
  if (unknown !== undefined)
    throw invalid(name, `\`${unknown.slice(0, 100)}\` is none of ${Object.keys(FIELDS).join(', ')}`);
  for (const [field, { expected, isValid }] of Object.entries(FIELDS)) {
    if (!isValid(decision[field as keyof Decision]))
      throw invalid(name, `expected \`${field}\` to be ${expected}`);
  }
  return checkJson(decision, 'input', name) as Decision;
}

const invalid = (name: string, why: string): DoError =>
  new DoError(
    'INPUT_INVALID',
    `The decision on "${name.slice(0, 128)}" is not valid: ${why}. Nothing was decided.`,
  );
