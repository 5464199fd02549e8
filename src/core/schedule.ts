import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { DoError } from './errors.ts';
import { checkJson } from './validate.ts';

/** What happens when it is time, and the invocation of the time before is still running. */
export type ScheduleOverlap =
  /** Nothing: this time is left out. */
  | 'skip'
  /** One begins when the running one has ended, however many times have passed by then. */
  | 'buffer_one'
  /** One begins in any case. */
  | 'allow_all'
  /** The running one is cancelled, and one begins when it has ended. */
  | 'cancel_other';

/** By the clock: give `cron` or `every`. The workers of the project see to it that Temporal keeps the time. */
export interface Schedule<Input = unknown> {
  /** Five fields as cron has them (`'0 9 * * 1-5'`), or several such lines. */
  cron?: string | readonly string[];
  /** A length of time, of at least a second. */
  every?: Duration;
  /** The time zone of `cron`, such as `'Europe/Berlin'`. Default: UTC. */
  timezone?: string;
  /** Default: `'skip'`. */
  overlap?: ScheduleOverlap;
  /** How late a time may be made up for, when Temporal was down; at least ten seconds. Default: a minute. */
  catchup?: Duration;
  /** What every invocation is given. Default: null. */
  input?: Input;
}

/** The same with every default filled in. */
export interface SchedulePlan {
  cron?: readonly string[];
  everyMs?: number;
  timezone?: string;
  overlap: ScheduleOverlap;
  catchupMs: number;
  input: unknown;
}

const OVERLAPS: readonly string[] = ['skip', 'buffer_one', 'allow_all', 'cancel_other'];
const SHORTEST_MS = 1_000;
const SHORTEST_CATCHUP_MS = 10_000;
const DEFAULT_CATCHUP_MS = 60_000;
const CRON = /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\S+( +\S+){4})$/;

/** Throws `DEFINITION_INVALID` for what cannot be a schedule; `of` says whose it is. */
export function resolveSchedule(schedule: Schedule | undefined, of: string): SchedulePlan | undefined {
  if (schedule === undefined) return undefined;
  const { cron, every, timezone, overlap = 'skip', catchup, input } = schedule;
  if ((cron === undefined) === (every === undefined))
    throw invalid(of, 'have either `cron` or `every`', 'both or neither');
  if (!OVERLAPS.includes(overlap))
    throw invalid(of, `have \`overlap\` as one of ${OVERLAPS.join(', ')}`, overlap);
  const catchupMs = catchup === undefined ? DEFAULT_CATCHUP_MS : toMs(catchup, 'schedule.catchup');
  if (catchupMs < SHORTEST_CATCHUP_MS)
    throw invalid(of, 'have `catchup` of at least ten seconds', String(catchup));
  return {
    ...(cron === undefined ? { everyMs: everyOf(every!, of) } : { cron: linesOf(cron, of) }),
    ...(timezone !== undefined && { timezone: checkTimezone(timezone, of) }),
    overlap,
    catchupMs,
    input: checkJson(input, 'input', `the schedule of ${of}`),
  };
}

function everyOf(every: Duration, of: string): number {
  const ms = toMs(every, 'schedule.every');
  if (ms < SHORTEST_MS) throw invalid(of, 'have `every` of at least a second', String(every));
  return ms;
}

function linesOf(cron: string | readonly string[], of: string): readonly string[] {
  const lines = (typeof cron === 'string' ? [cron] : [...cron]).map((line) => line.trim());
  const wrong = lines.length === 0 ? '' : lines.find((line) => !CRON.test(line));
  if (wrong === undefined) return lines;
  throw invalid(of, "have `cron` of five fields, such as '0 9 * * 1-5'", JSON.stringify(wrong));
}

function checkTimezone(timezone: string, of: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone;
  } catch {
    throw invalid(of, "have a `timezone` such as 'Europe/Berlin'", JSON.stringify(timezone));
  }
}

const invalid = (of: string, expected: string, got: string): DoError =>
  new DoError('DEFINITION_INVALID', `Expected the schedule of ${of} to ${expected}, got ${got}.`);
