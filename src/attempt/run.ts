import type { ActionContext, ActionLog } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { isDoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import { toFailure } from '../core/failure.ts';
import { toJson } from '../core/json.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import { Pulse } from './pulse.ts';
import { catchingStrays } from './stray.ts';
import { withTimeout } from './timeout.ts';

const LATE_STRAY = 'A promise that the handler did not wait for rejected after the attempt had ended.';

/** What an attempt needs from the process it runs in. */
export interface AttemptHost {
  invocationId: string;
  timeoutMs: number;
  /** Aborted when the invocation is cancelled or the worker shuts down. */
  signal: AbortSignal;
  heartbeat: (details: unknown) => void;
  log: ActionLog;
}

/** An attempt that did not complete; `lastHeartbeat` goes to the next one. */
export class AttemptFailed extends Error {
  readonly failure: Failure;
  readonly lastHeartbeat: unknown;

  constructor(failure: Failure, lastHeartbeat: unknown) {
    super(failure.message);
    this.failure = failure;
    this.lastHeartbeat = lastHeartbeat;
  }
}

/** One attempt: input checked, handler run under its timeout with heartbeats, output checked before it is reported. */
export async function runAttempt(
  action: AnyAction,
  input: unknown,
  meta: AttemptEnvelope,
  host: AttemptHost,
): Promise<unknown> {
  const pulse = new Pulse(host.heartbeat);
  try {
    const checked = await checkSchema(action.input, input, 'input', action.name);
    const output = await withTimeout(host.timeoutMs, host.signal, (signal) =>
      catchingStrays(
        async () => action.handler(checked as never, contextOf(meta, host, pulse, signal)),
        (reason) => host.log.error(LATE_STRAY, { reason: toFailure(reason).message }),
      ),
    );
    return await checkOutput(action, output);
  } catch (error) {
    throw new AttemptFailed(describe(error, action), pulse.last);
  } finally {
    pulse.stop();
  }
}

/** Before the schema, since a schema may not survive a cycle; after it, since a transform may return anything. */
async function checkOutput(action: AnyAction, output: unknown): Promise<unknown> {
  const plain = checkJson(output, 'output', action.name);
  if (!action.output) return plain;
  return checkJson(
    await checkSchema(action.output, output ?? null, 'output', action.name),
    'output',
    action.name,
  );
}

function contextOf(
  meta: AttemptEnvelope,
  host: AttemptHost,
  pulse: Pulse,
  signal: AbortSignal,
): ActionContext {
  return {
    invocationId: host.invocationId,
    attempt: meta.attempt,
    idempotencyKey: meta.token,
    signal,
    heartbeat: (details) => pulse.beat(toJson(details)),
    lastHeartbeat: meta.lastHeartbeat,
    log: host.log,
  };
}

/** Our own verdicts on input and output keep their code; whatever else was thrown is the action's failure. */
function describe(error: unknown, action: AnyAction): Failure {
  const isVerdict =
    isDoError(error) &&
    (error.code === 'INPUT_INVALID' || error.code === 'OUTPUT_INVALID') &&
    error.message.includes(`"${action.name}"`);
  return isVerdict ? { ...toFailure(error, error.code), nonRetryable: true } : toFailure(error);
}
