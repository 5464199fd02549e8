import type { Backend, SignalRequest, StartRequest } from './backend.ts';
import type { Decision } from './decision.ts';
import { checkDecision } from './decision.ts';
import type { Duration } from './duration.ts';
import { DoError } from './errors.ts';
import type { Priority } from './flow.ts';
import { checkPriority } from './flow.ts';
import type { FailureHandler } from './on-failure.ts';
import type { RetryPolicy } from './policy.ts';
import type { Audit, Invocation } from './invocation.ts';
import type { Kind } from './kind.ts';
import { assertCompleted } from './outcome.ts';
import { toTiming } from './timing.ts';

/** What one call may add to an action's definition. */
export interface CallOptions {
  /** The same key with the same input is the same invocation, as long as it runs or has completed. */
  idempotencyKey?: string;
  /**
   * For the whole invocation, counted from its acceptance: delay, attempts and waits included. It has to be longer
   * than the delay. Default: none.
   */
  deadline?: Duration;
  /**
   * From acceptance to the first attempt. It is kept by Temporal, so it outlives this process; a script that serves
   * the action itself stays until it has run all the same. `0` is none. Default: none.
   */
  delay?: Duration;
  /** Ends this call's waiting (with `WAIT_ABORTED`), not the invocation. */
  signal?: AbortSignal;
  /**
   * Which of the attempts that wait for a worker begins first, 1 before 5, instead of what the definition says; of a
   * workflow that of all its steps. Not over HTTP. Default: none.
   */
  priority?: Priority;
  /** In a workflow only: instead of what the action's definition says, field by field. */
  retry?: RetryPolicy;
  /** In a workflow only: of one attempt, instead of what the action's definition says. */
  timeout?: Duration;
  /** In a workflow only: who is told when this step has finally failed, instead of what the definition says. */
  onFailure?: FailureHandler;
}

/** What a signal takes beside its payload. */
export interface SignalOptions {
  /** The same signal with the same key is delivered once, however often it is sent. */
  idempotencyKey?: string;
}

/** A started invocation. */
export interface Handle<Output> {
  /** Opaque, URL-safe; `client.invocations` and the HTTP API take it. */
  readonly id: string;
  /** The output; throws, with the invocation in the error, when it closed without completing. */
  result(options?: { signal?: AbortSignal }): Promise<Output>;
  /** The invocation as it is now. */
  describe(): Promise<Invocation<Output>>;
  /** Everything on record about it, one entry per thing that happened. */
  audit(): Promise<Audit>;
  /** Asks for cancellation: a running attempt is told by its signal and waited for. Does nothing once it has closed. */
  cancel(): Promise<void>;
  /**
   * Sends a workflow the signal it waits for, or will; resolves once that is on record. Throws `SIGNAL_NOT_FOUND` where it
   * waits for none of that name, `INVOCATION_CLOSED` where it has closed.
   */
  signal(name: string, payload?: unknown, options?: SignalOptions): Promise<void>;
  /**
   * Decides on an approval that a workflow asked for; resolves once it was taken. Throws `APPROVAL_NOT_FOUND`,
   * `APPROVAL_CONFLICT` where another digest was asked about or somebody was faster, `FORBIDDEN`, `INPUT_INVALID` for what
   * its schema refuses, and `WORKER_UNAVAILABLE`.
   */
  decide(name: string, decision: Decision): Promise<void>;
}

/** 1 to 255 printable ASCII characters, as in the IETF's Idempotency-Key draft. */
export const isIdempotencyKey = (key: string): boolean => /^[\x20-\x7e]{1,255}$/.test(key);

/** What is to be invoked. */
interface Call {
  name: string;
  kind?: Kind | undefined;
  input: unknown;
}

function toRequest(call: Call, options: CallOptions): StartRequest {
  const { idempotencyKey, deadline, delay, signal, priority } = options;
  refuseStepOptions(options);
  checkKey(idempotencyKey);
  if (signal?.aborted) throw waitAborted(signal);
  return {
    ...call,
    idempotencyKey,
    ...toTiming({ deadline, delay }),
    ...(priority !== undefined && { priority: checkPriority(priority) }),
  };
}

function checkKey(idempotencyKey: string | undefined): void {
  if (idempotencyKey === undefined || isIdempotencyKey(idempotencyKey)) return;
  throw new DoError(
    'IDEMPOTENCY_KEY_INVALID',
    'Expected `idempotencyKey` to be 1 to 255 printable ASCII characters.',
  );
}

function refuseStepOptions({ retry, timeout, onFailure }: CallOptions): void {
  if (retry === undefined && timeout === undefined && onFailure === undefined) return;
  throw new DoError(
    'DEFINITION_INVALID',
    "`retry`, `timeout` and `onFailure` of a call are for the steps of a workflow; elsewhere the action's definition says them.",
  );
}

export function waitAborted(signal: AbortSignal): DoError {
  return new DoError(
    'WAIT_ABORTED',
    'The wait was ended by its signal. The invocation goes on: read it by its id, or cancel it.',
    { cause: signal.reason },
  );
}

export async function invoke(backend: Backend, call: Call, options: CallOptions = {}): Promise<unknown> {
  const { id } = await backend.start(toRequest(call, options));
  return await backend.output(id, options.signal);
}

export async function run(backend: Backend, call: Call, options: CallOptions = {}): Promise<Invocation> {
  return assertCompleted(await backend.run(toRequest(call, options), options.signal));
}

export async function start(
  backend: Backend,
  call: Call,
  options: CallOptions = {},
): Promise<Handle<unknown>> {
  const { id } = await backend.start({ ...toRequest(call, options), detached: true });
  return handleOf(backend, id);
}

export async function signal(
  backend: Backend,
  id: string,
  { name, payload = null, idempotencyKey }: Omit<SignalRequest, 'payload'> & { payload?: unknown },
): Promise<void> {
  checkKey(idempotencyKey);
  await backend.signal(id, { name, payload, idempotencyKey });
}

export async function decide(backend: Backend, id: string, name: string, decision: Decision): Promise<void> {
  await backend.decide(id, name, checkDecision(decision, name));
}

export function handleOf(backend: Backend, id: string): Handle<unknown> {
  return {
    id,
    result: ({ signal } = {}) => backend.output(id, signal),
    describe: () => backend.get(id),
    audit: () => backend.audit(id),
    cancel: () => backend.cancel(id),
    signal: (name, payload, options) => signal(backend, id, { name, payload, ...options }),
    decide: (name, decision) => decide(backend, id, name, decision),
  };
}
