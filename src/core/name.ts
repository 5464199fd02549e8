import { DoError } from './errors.ts';

export const NAME = /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/;
export const LONGEST_NAME = 128;

export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_NAME && NAME.test(value);

/** Returns `value` if it may name an action; throws `DEFINITION_INVALID` otherwise. */
export function checkName(value: unknown): string {
  if (isName(value)) return value;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, LONGEST_NAME + 8)) : typeof value;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`name\` to be lower-case words joined by dots, dashes or underscores (create.user, send-welcome-email), at most ${LONGEST_NAME} characters, got ${shown}.`,
  );
}
