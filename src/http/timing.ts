import type { Request } from 'express';
import { DoError } from '../core/errors.ts';
import type { Timing } from '../core/timing.ts';
import { toTiming } from '../core/timing.ts';

const FIELDS = { deadline: 'Invocation-Deadline', delay: 'Invocation-Delay' };

/** The `deadline` and `delay` of a call: `Invocation-Deadline: 90s`, `Invocation-Delay: 10m`; bare numbers are ms. */
export function readTiming(req: Request): Timing {
  try {
    return toTiming({ deadline: read(req, FIELDS.deadline), delay: read(req, FIELDS.delay) }, FIELDS);
  } catch (error) {
    throw new DoError('HEADER_INVALID', `${(error as Error).message} Nothing was executed.`, {
      cause: error,
    });
  }
}

function read(req: Request, header: string): string | number | undefined {
  const value = req.get(header);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
}
