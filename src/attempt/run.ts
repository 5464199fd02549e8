import type { Transaction } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope, AttemptReport, RecordedCall, StagedInvocation } from '../core/envelope.ts';
import { isDoError } from '../core/errors.ts';
import { failpoint } from '../core/failpoint.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import { compensationToken } from '../core/token.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import { commitOnce } from '../store/index.ts';
import { Calls } from './calls.ts';
import { contextOf } from './context.ts';
import type { AttemptHost } from './host.ts';
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

/** One attempt: input checked, handler run under its timeout with heartbeats, output checked before it is committed. */
export async function runAttempt(attempt: Attempt, host: AttemptHost): Promise<AttemptReport> {
  const { action, input } = attempt;
  const pulse = new Pulse(host.heartbeat);
  const made: RecordedCall[] = [];
  try {
    const checked = await checkSchema(action.input, input, 'input', action.name);
    if (attempt.role === 'compensate') await failpoint('compensate.before');
    const report = await withTimeout(host.timeoutMs, host.signal, (signal) =>
      perform(attempt, checked, { host, pulse, signal, made }),
    );
    await failpoint(attempt.role === 'compensate' ? 'compensate.done' : 'attempt.beforeReport');
    return { ...report, ...(made.length > 0 && { calls: made }) };
  } catch (error) {
    throw new AttemptFailed(describe(error, action), pulse.last, made);
  } finally {
    pulse.stop();
  }
}

interface Surroundings {
  host: AttemptHost;
  pulse: Pulse;
  signal: AbortSignal;
  /** The outside calls so far, also of an attempt that fails. */
  made: RecordedCall[];
}

async function perform(attempt: Attempt, input: unknown, around: Surroundings): Promise<AttemptReport> {
  const { action, role, meta } = attempt;
  const { host, signal, made } = around;
  const work = workOf(action, role, meta);
  // Outside a compensation has the token of what it takes back; in the store it has a row of its own.
  const token = meta.compensates ? compensationToken(meta.token) : meta.token;
  const calls = new Calls({ action: action.name, token, attempt: meta.attempt, ...host, signal, made });
  const runOnce = async (tx: Transaction | undefined) => {
    const staging = new Staging(token, host.stage);
    const ctx = contextOf({ meta, calls, staging, tx, ...around });
    const output = await catchingStrays(
      async () => await work(input, ctx),
      (reason) => host.log.error(LATE_STRAY, { reason: toFailure(reason).message }),
    );
    const checked = role === 'handler' ? await checkOutput(action, output) : null;
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
async function checkOutput(action: AnyAction, output: unknown): Promise<unknown> {
  const plain = checkJson(output, 'output', action.name);
  if (!action.output) return plain;
  const checked = await checkSchema(action.output, output ?? null, 'output', action.name);
  return checkJson(checked, 'output', action.name);
}

/** Our own verdicts on input and output keep their code; whatever else was thrown is the action's failure. */
function describe(error: unknown, action: AnyAction): Failure {
  const isVerdict =
    isDoError(error) &&
    (error.code === 'INPUT_INVALID' || error.code === 'OUTPUT_INVALID') &&
    error.message.includes(`"${action.name}"`);
  return isVerdict ? { ...toFailure(error, error.code), nonRetryable: true } : toFailure(error);
}
