import type { Transaction } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope, AttemptReport, RecordedCall, StagedInvocation } from '../core/envelope.ts';
import { isDoError } from '../core/errors.ts';
import { failpoint } from '../core/failpoint.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import type { Mask } from '../core/secret-mask.ts';
import { maskOf } from '../core/secret-mask.ts';
import type { Secrets } from '../core/secrets.ts';
import { offered, readSecrets } from '../core/secrets.ts';
import { sensitiveTextsOf } from '../core/sensitive.ts';
import { compensationToken } from '../core/token.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import { commitOnce } from '../store/index.ts';
import { Calls } from './calls.ts';
import { contextOf } from './context.ts';
import type { AttemptHost } from './host.ts';
import { masked, maskedFailure } from './masked.ts';
import { Pulse } from './pulse.ts';
import { Staging } from './staging.ts';
import { catchingStrays } from './stray.ts';
import { withTimeout } from './timeout.ts';
import { workOf } from './work.ts';

const LATE_STRAY = 'A promise that the handler did not wait for rejected after the attempt had ended.';

/** An attempt that did not complete; `lastHeartbeat` goes to the next one. */
export class AttemptFailed extends Error {
  readonly failure: Failure;
  readonly lastHeartbeat: unknown;
  readonly calls: readonly RecordedCall[];

  constructor(failure: Failure, lastHeartbeat: unknown, calls: readonly RecordedCall[]) {
    super(failure.message);
    this.failure = failure;
    this.lastHeartbeat = lastHeartbeat;
    this.calls = calls;
  }
}

export interface Attempt {
  action: AnyAction;
  /** Which function of the action: its handler, or what takes an attempt of it back. */
  role: 'handler' | 'compensate';
  input: unknown;
  meta: AttemptEnvelope;
}

/**
 * One attempt: its secrets looked up, input checked, handler run under its timeout with heartbeats, output checked before it
 * is committed.
 */
export async function runAttempt(attempt: Attempt, host: AttemptHost): Promise<AttemptReport> {
  const { action } = attempt;
  const secrets = action.secrets?.length ? await secretsOf(action, host) : NO_SECRETS;
  const values = Object.values(secrets);
  const mask = maskOf(values);
  const sensitive = sensitiveTextsOf(attempt.input, action.input, 'input');
  const hidden = [...values, ...sensitive];
  const tell = maskOf(hidden);
  const own = hidden.length > 0 ? masked(host, { mask, tell }) : host;
  return await runWith(attempt, own, { mask, tell, secrets });
}

const NO_SECRETS: Secrets = {};

async function secretsOf(action: AnyAction, host: AttemptHost): Promise<Secrets> {
  try {
    return await readSecrets(action.secrets ?? [], host.secrets, action.name);
  } catch (error) {
    throw new AttemptFailed(describe(error, action), undefined, []);
  }
}

/** What an attempt knows and must not tell. */
interface Confidence {
  secrets: Secrets;
  /** Of secrets, which leave it by no way. */
  mask: Mask;
  /** Also of what the schema of the input marks as sensitive, which is in no message and no line. */
  tell: Mask;
}

async function runWith(attempt: Attempt, host: AttemptHost, known: Confidence): Promise<AttemptReport> {
  const { action, input } = attempt;
  const pulse = new Pulse(host.heartbeat);
  const made: RecordedCall[] = [];
  try {
    const checked = action.input ? await checkSchema(action.input, input, 'input', action.name) : input;
    if (attempt.role === 'compensate') await failpoint('compensate.before');
    const report = await withTimeout(host.timeoutMs, host.signal, (signal) => {
      const work = perform(attempt, checked, { host, pulse, signal, made, ...known });
      host.holds?.(work);
      return work;
    });
    await failpoint(attempt.role === 'compensate' ? 'compensate.done' : 'attempt.beforeReport');
    return { ...report, ...(made.length > 0 && { calls: made }) };
  } catch (error) {
    throw new AttemptFailed(maskedFailure(describe(error, action), known.tell), known.mask(pulse.last), made);
  } finally {
    pulse.stop();
  }
}

interface Surroundings extends Confidence {
  host: AttemptHost;
  pulse: Pulse;
  signal: AbortSignal;
  /** The outside calls so far, also of an attempt that fails. */
  made: RecordedCall[];
}

async function perform(attempt: Attempt, input: unknown, around: Surroundings): Promise<AttemptReport> {
  const { action, role, meta } = attempt;
  const { host, signal, made, mask } = around;
  const work = workOf(action, role, meta);
  // Outside a compensation has the token of what it takes back; in the store it has a row of its own.
  const token = meta.compensates ? compensationToken(meta.token) : meta.token;
  const calls = new Calls({ action: action.name, token, attempt: meta.attempt, ...host, signal, made });
  const runOnce = async (tx: Transaction | undefined) => {
    const staging = new Staging(token, host.stage);
    const secrets = offered(around.secrets, action.name);
    const ctx = contextOf({ meta, calls, staging, tx, ...around, secrets });
    const output = await catchingStrays(
      () => work(input, ctx),
      (reason) => host.log.error(LATE_STRAY, { reason: toFailure(reason).message }),
    );
    const checked = role === 'handler' ? mask(await checkOutput(action, output)) : null;
    return { output: checked, enqueued: await staging.close() };
  };
  if (!action.safety?.transactional) return reportOf(await runOnce(undefined));
  const { attempt: number, ...committed } = await commitOnce(
    await host.store(),
    { token, attempt: meta.attempt, action: action.name, ...host, signal },
    runOnce,
  );
  const report = reportOf(committed as { output: unknown; enqueued: StagedInvocation[] });
  return number === meta.attempt ? report : { ...report, committedBy: number };
}

const reportOf = ({ output, enqueued }: { output: unknown; enqueued: StagedInvocation[] }): AttemptReport =>
  enqueued.length === 0 ? { output } : { output, enqueued };

/** Before the schema, since a schema may not survive a cycle; after it, since a transform may return anything. */
function checkOutput(action: AnyAction, output: unknown): unknown {
  const plain = checkJson(output, 'output', action.name);
  return action.output ? checkOutputSchema(action, output) : plain;
}

async function checkOutputSchema(action: AnyAction, output: unknown): Promise<unknown> {
  const checked = await checkSchema(action.output, output ?? null, 'output', action.name);
  return checkJson(checked, 'output', action.name);
}

/** Our own verdicts on input and output keep their code; whatever else was thrown is the action's failure. */
function describe(error: unknown, action: AnyAction): Failure {
  const isVerdict =
    isDoError(error) &&
    (error.code === 'INPUT_INVALID' || error.code === 'OUTPUT_INVALID') &&
    error.message.includes(`"${action.name}"`);
  if (isVerdict) return { ...toFailure(error, error.code), nonRetryable: true };
  // Another worker may have it, and this one may be given it: so it is tried again as the policy says.
  return isDoError(error) && error.code === 'SECRET_MISSING'
    ? toFailure(error, error.code)
    : toFailure(error);
}
