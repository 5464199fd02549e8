import { ActionError } from '../core/action-error.ts';
import type { Duration } from '../core/duration.ts';
import { toMs } from '../core/duration.ts';
import { DoError } from '../core/errors.ts';
import type { CrashPoint } from './crash-points.ts';
import { checkPoint } from './crash-points.ts';

/** What goes wrong with the attempts of one function; keys are numbers of attempts, of which 1 is the first. */
export interface AttemptFaults {
  /** The first so many attempts fail before the function begins, with an error of type `InjectedFailure`. Default: 0. */
  failFirst?: number;
  /** These attempts fail with this error before it begins: `{ 2: new ActionError('busy', { retryAfter: '1m' }) }`. */
  failAttempt?: Readonly<Record<number, unknown>>;
  /** These attempts lose their worker; the platform notices after 5 s without heartbeat: `{ 1: 'after-handler' }`. */
  crash?: Readonly<Record<number, CrashPoint>>;
  /** How long these attempts last on the test's clock: `{ 1: '40s' }`. Default: no time at all. */
  takes?: Readonly<Record<number, Duration>>;
}

/** What goes wrong with an invocation, and with the attempts of its handler. */
export interface TestFaults extends AttemptFaults {
  /** What goes wrong whenever an attempt is taken back; keys are numbers of tries. Default: nothing. */
  compensation?: AttemptFaults;
  /** When the invocation is cancelled, from its start. Default: never. */
  cancelAt?: Duration;
  /** Real time for a handler that seems never to end; after it the clock moves to the attempt's timeout. Default: `'1s'`. */
  patience?: Duration;
}

/** The faults of one attempt. */
export interface Fault {
  error?: { thrown: unknown };
  crash?: CrashPoint;
  takesMs?: number;
}

/** The faults of an attempt by its number. */
export type FaultOf = (attempt: number) => Fault;

/** The function whose attempts the faults are of. */
export interface Faulty {
  /** Where its faults are, for messages: empty, or such as `compensation.`. */
  path: string;
  /** Where its number of attempts is set, for messages. */
  limit: string;
  maximumAttempts: number;
  isTransactional: boolean;
}

/** Throws `DEFINITION_INVALID` for what can never happen: a test that waits for it would pass for nothing. */
export function readFaults(faults: AttemptFaults, faulty: Faulty): FaultOf {
  const { failFirst = 0, failAttempt = {}, crash = {}, takes = {} } = faults;
  const { path } = faulty;
  if (!Number.isSafeInteger(failFirst) || failFirst < 0) {
    throw invalid(`Expected \`${path}failFirst\` to be a number of attempts, got ${String(failFirst)}.`);
  }
  for (const [option, byAttempt] of Object.entries({ failAttempt, crash, takes })) {
    for (const attempt of Object.keys(byAttempt)) checkAttempt(path + option, attempt, faulty);
  }
  for (const [attempt, point] of Object.entries(crash)) {
    checkPoint(`${path}crash[${attempt}]`, point, faulty);
    if (Number(attempt) > failFirst && !Object.hasOwn(failAttempt, attempt)) continue;
    throw invalid(`Attempt ${attempt} cannot both fail and crash: name it in one of the options.`);
  }
  const takesMs = Object.entries(takes).map(
    ([n, time]) => [Number(n), toMs(time, `${path}takes[${n}]`)] as const,
  );
  const durations = new Map(takesMs);
  return (attempt) => ({
    ...(attempt <= failFirst && { error: { thrown: injected(attempt) } }),
    ...(Object.hasOwn(failAttempt, attempt) && { error: { thrown: failAttempt[attempt] } }),
    ...(crash[attempt] !== undefined && { crash: crash[attempt] }),
    ...(durations.has(attempt) && { takesMs: durations.get(attempt)! }),
  });
}

function checkAttempt(option: string, attempt: string, { limit, maximumAttempts }: Faulty): void {
  const number = Number(attempt);
  if (Number.isSafeInteger(number) && number >= 1 && number <= maximumAttempts) return;
  throw invalid(
    `\`${option}\` names attempt ${attempt}, which never comes: attempts are numbered from 1 to ${limit}, ${maximumAttempts}.`,
  );
}

const injected = (attempt: number) =>
  new ActionError(`Attempt ${attempt} fails because the test asks for it.`, { type: 'InjectedFailure' });

const invalid = (message: string) => new DoError('DEFINITION_INVALID', message);
