import { ActionError } from '../core/action-error.ts';
import type { Duration } from '../core/duration.ts';
import { toMs } from '../core/duration.ts';
import { DoError } from '../core/errors.ts';

/**
 * Where an attempt loses its worker: before the handler has begun, at the handler's first wait, or when the handler
 * has done its work and nobody has been told.
 */
export type CrashPoint = 'before-handler' | 'during-handler' | 'after-handler';

/** What goes wrong; keys are numbers of attempts, of which 1 is the first. */
export interface TestFaults {
  /** The first so many attempts fail before the handler begins, with an error of type `InjectedFailure`. Default: 0. */
  failFirst?: number;
  /** These attempts fail with this error before the handler begins: `{ 2: new ActionError('busy', { retryAfter: '1m' }) }`. */
  failAttempt?: Readonly<Record<number, unknown>>;
  /** These attempts lose their worker; the platform notices after 5 s without heartbeat: `{ 1: 'after-handler' }`. */
  crash?: Readonly<Record<number, CrashPoint>>;
  /** How long these attempts last on the test's clock: `{ 1: '40s' }`. Default: no time at all. */
  takes?: Readonly<Record<number, Duration>>;
  /** When the invocation is cancelled, from its start. Default: never. */
  cancelAt?: Duration;
  /** Real time for a handler that seems never to end; after it the clock moves to the attempt's timeout. Default: `'1s'`. */
  patience?: Duration;
}

/** The faults of one attempt. */
export interface AttemptFaults {
  error?: { thrown: unknown };
  crash?: CrashPoint;
  takesMs?: number;
}

export interface Faults {
  of(attempt: number): AttemptFaults;
  cancelAfterMs: number | undefined;
  patienceMs: number;
}

const CRASH_POINTS: readonly string[] = ['before-handler', 'during-handler', 'after-handler'];

/** Throws `DEFINITION_INVALID` for what can never happen: a test that waits for it would pass for nothing. */
export function readFaults(faults: TestFaults, maximumAttempts: number): Faults {
  const { failFirst = 0, failAttempt = {}, crash = {}, takes = {}, cancelAt, patience = '1s' } = faults;
  if (!Number.isSafeInteger(failFirst) || failFirst < 0) {
    throw invalid(`Expected \`failFirst\` to be a number of attempts, got ${String(failFirst)}.`);
  }
  for (const [option, byAttempt] of Object.entries({ failAttempt, crash, takes })) {
    for (const attempt of Object.keys(byAttempt)) checkAttempt(option, attempt, maximumAttempts);
  }
  for (const [attempt, point] of Object.entries(crash))
    checkCrash(attempt, point, { failFirst, failAttempt });
  const takesMs = Object.entries(takes).map(([n, time]) => [Number(n), toMs(time, `takes[${n}]`)] as const);
  const durations = new Map(takesMs);
  return {
    cancelAfterMs: cancelAt === undefined ? undefined : toMs(cancelAt, 'cancelAt'),
    patienceMs: toMs(patience, 'patience'),
    of: (attempt) => ({
      ...(attempt <= failFirst && { error: { thrown: injected(attempt) } }),
      ...(Object.hasOwn(failAttempt, attempt) && { error: { thrown: failAttempt[attempt] } }),
      ...(crash[attempt] !== undefined && { crash: crash[attempt] }),
      ...(durations.has(attempt) && { takesMs: durations.get(attempt)! }),
    }),
  };
}

function checkAttempt(option: string, attempt: string, maximumAttempts: number): void {
  const number = Number(attempt);
  if (Number.isSafeInteger(number) && number >= 1 && number <= maximumAttempts) return;
  throw invalid(
    `\`${option}\` names attempt ${attempt}, which never comes: attempts are numbered from 1 to the action's \`retry.maximumAttempts\`, ${maximumAttempts}.`,
  );
}

function checkCrash(
  attempt: string,
  point: string,
  { failFirst, failAttempt }: Required<Pick<TestFaults, 'failFirst' | 'failAttempt'>>,
): void {
  if (!CRASH_POINTS.includes(point)) {
    throw invalid(`Expected \`crash[${attempt}]\` to be one of ${CRASH_POINTS.join(', ')}, got ${point}.`);
  }
  if (Number(attempt) <= failFirst || Object.hasOwn(failAttempt, attempt)) {
    throw invalid(`Attempt ${attempt} cannot both fail and crash: name it in one of the options.`);
  }
}

const injected = (attempt: number) =>
  new ActionError(`Attempt ${attempt} fails because the test asks for it.`, { type: 'InjectedFailure' });

const invalid = (message: string) => new DoError('DEFINITION_INVALID', message);
