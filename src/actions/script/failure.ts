import { ActionError } from '../../index.ts';

export const notConfigured = (why: string): ActionError =>
  new ActionError(`${why}. Nothing was run.`, { type: 'ScriptNotConfigured', nonRetryable: true });

export const notStarted = (name: string, why: string): ActionError =>
  new ActionError(`"${name}" could not be started: ${why}. Nothing was run.`, { type: 'ScriptNotStarted' });

export const timedOut = (name: string, timeoutMs: number): ActionError =>
  new ActionError(
    `"${name}" had not ended after ${timeoutMs / 1_000} s and was killed. What it had done by then is done; \`timeoutSeconds\` gives it longer.`,
    { type: 'ScriptTimedOut' },
  );

const QUOTE_LENGTH = 2_000;

/** It ran, and says by its exit code, or by the signal that ended it, that it failed. */
export function failed(
  name: string,
  code: number | null,
  signal: string | null,
  stderr: string,
): ActionError {
  const how = signal === null ? `exit code ${code}` : `the signal ${signal}`;
  const tail = stderr.trim().slice(-QUOTE_LENGTH);
  const said = tail === '' ? 'It printed nothing to standard error.' : `Standard error ends with: ${tail}`;
  return new ActionError(`"${name}" ended with ${how}. ${said}`, { type: 'ScriptFailed' });
}
