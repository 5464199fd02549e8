/** What was asked for cannot be meant: told without a stack, and the process ends with 2. */
export class UsageError extends Error {
  readonly code = 'USAGE';
}

/** What `work` refuses was asked for on the command line. */
export function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
