import { DoError } from './errors.ts';
import { isName } from './name.ts';

/** The action that is told of a failure, or its name. */
export type FailureHandler = string | { readonly name: string };

/** Its name; throws `DEFINITION_INVALID` for what names none. `of` says whose it is. */
export function failureHandlerName(given: FailureHandler | undefined, of: string): string | undefined {
  if (given === undefined) return undefined;
  const name: unknown = typeof given === 'string' ? given : (given as { name?: unknown } | null)?.name;
  if (isName(name)) return name;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`onFailure\` of ${of} to be an action or the name of one.`,
  );
}
