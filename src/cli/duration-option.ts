import { toMs } from '../core/duration.ts';
import { UsageError } from './usage-error.ts';

/** The milliseconds of an option such as `--deadline 90s`; undefined where it was not given. */
export function readDuration(given: string | undefined, option: string): number | undefined {
  if (given === undefined) return undefined;
  try {
    return toMs(given, option);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
