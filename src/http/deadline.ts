import type { Request } from 'express';
import { toMs } from '../core/duration.ts';
import { DoError } from '../core/errors.ts';

/** The `deadline` of a call, for the whole invocation: `Invocation-Deadline: 90s`. */
export function readDeadline(req: Request): number | undefined {
  const value = req.get('Invocation-Deadline');
  if (value === undefined) return undefined;
  try {
    return toMs(/^\d+$/.test(value) ? Number(value) : value, 'Invocation-Deadline');
  } catch (error) {
    throw new DoError('HEADER_INVALID', `${(error as Error).message} Nothing was executed.`, {
      cause: error,
    });
  }
}
