import { DoError } from './errors.ts';

/** The schema itself, or `DEFINITION_INVALID` where a definition has something else in its place. */
export function checkStandardSchema<Schema>(
  schema: Schema | undefined,
  field: string,
  of: string,
): Schema | undefined {
  if (schema === undefined) return undefined;
  const standard: unknown = (schema as { '~standard'?: { validate?: unknown } })['~standard']?.validate;
  if (typeof standard === 'function') return schema;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`${field}\` of ${of} to be a Standard Schema (zod, valibot, arktype and others are).`,
  );
}
