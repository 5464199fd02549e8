import { toMs } from '../core/duration.ts';
import { asUsage } from './usage-error.ts';

/** The milliseconds of an option such as `--deadline 90s`; undefined where it was not given. */
export function readDuration(given: string | undefined, option: string): number | undefined {
  if (given === undefined) return undefined;
  return asUsage(() => toMs(given, option));
}
