import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DoError } from './errors.ts';
import { JsonError, toJson } from './json.ts';
import { maskOf } from './secret-mask.ts';
import { sensitiveTextsOf } from './sensitive.ts';

type Side = 'input' | 'output';
const CODE = { input: 'INPUT_INVALID', output: 'OUTPUT_INVALID' } as const;

/** The JSON value of `value`, or `INPUT_INVALID` / `OUTPUT_INVALID` naming the field and the cure. */
export function checkJson(value: unknown, side: Side, action: string): unknown {
  try {
    return toJson(value);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw invalid(side, action, `it ${error.message}.`);
  }
}

/** What the schema makes of `value` (defaults and transforms applied), or `INPUT_INVALID` / `OUTPUT_INVALID`. */
export async function checkSchema(
  schema: StandardSchemaV1 | undefined,
  value: unknown,
  side: Side,
  action: string,
): Promise<unknown> {
  if (!schema) return value;
  const validated = schema['~standard'].validate(value);
  // Most answer at once, and this is on the path of every attempt.
  const result = validated instanceof Promise ? await validated : validated;
  if (!result.issues) return result.value;
  // A schema's own message may quote the value.
  const mask = maskOf(sensitiveTextsOf(value, schema, side));
  throw invalid(side, action, mask(`${result.issues.slice(0, 10).map(describeIssue).join('; ')}.`));
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return path === '' ? issue.message : `\`${path}\`: ${issue.message}`;
}

function invalid(side: Side, action: string, reason: string): DoError {
  const cure =
    side === 'input' ? 'Nothing was executed.' : 'Return what its output schema and JSON can hold.';
  return new DoError(CODE[side], `The ${side} of "${action}" is not valid: ${reason} ${cure}`);
}
