/** What was asked for cannot be meant: told without a stack, and the process ends with 2. */
export class UsageError extends Error {
  readonly code = 'USAGE';
}
