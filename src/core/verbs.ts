import type { Backend, StartRequest } from './backend.ts';
import type { Duration } from './duration.ts';
import { DoError } from './errors.ts';
import type { RetryPolicy } from './policy.ts';
import type { Audit, Invocation } from './invocation.ts';
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
  /** In a workflow only: instead of what the action's definition says, field by field. */
  retry?: RetryPolicy;
  /** In a workflow only: of one attempt, instead of what the action's definition says. */
  timeout?: Duration;
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
}

/** 1 to 255 printable ASCII characters, as in the IETF's Idempotency-Key draft. */
export const isIdempotencyKey = (key: string): boolean => /^[\x20-\x7e]{1,255}$/.test(key);

function toRequest(name: string, input: unknown, options: CallOptions): StartRequest {
  const { idempotencyKey, deadline, delay, signal } = options;
  refuseStepOptions(options);
  if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey)) {
    throw new DoError(
      'IDEMPOTENCY_KEY_INVALID',
      'Expected `idempotencyKey` to be 1 to 255 printable ASCII characters.',
    );
  }
  if (signal?.aborted) throw waitAborted(signal);
  return {
    name,
    input,
    idempotencyKey,
    ...toTiming({ deadline, delay }),
  };
}

function refuseStepOptions({ retry, timeout }: CallOptions): void {
  if (retry === undefined && timeout === undefined) return;
  throw new DoError(
    'DEFINITION_INVALID',
    "`retry` and `timeout` of a call are for the steps of a workflow; elsewhere the action's definition says them.",
  );
}

export function waitAborted(signal: AbortSignal): DoError {
  return new DoError(
    'WAIT_ABORTED',
    'The wait was ended by its signal. The invocation goes on: read it by its id, or cancel it.',
    { cause: signal.reason },
  );
}

export async function invoke(
  backend: Backend,
  name: string,
  input: unknown,
  options: CallOptions = {},
): Promise<unknown> {
  const { id } = await backend.start(toRequest(name, input, options));
  return await backend.output(id, options.signal);
}

export async function run(
  backend: Backend,
  name: string,
  input: unknown,
  options: CallOptions = {},
): Promise<Invocation> {
  return assertCompleted(await backend.run(toRequest(name, input, options), options.signal));
}

export async function start(
  backend: Backend,
  name: string,
  input: unknown,
  options: CallOptions = {},
): Promise<Handle<unknown>> {
  const { id } = await backend.start({ ...toRequest(name, input, options), detached: true });
  return handleOf(backend, id);
}

export function handleOf(backend: Backend, id: string): Handle<unknown> {
  return {
    id,
    result: ({ signal } = {}) => backend.output(id, signal),
    describe: () => backend.get(id),
    audit: () => backend.audit(id),
    cancel: () => backend.cancel(id),
  };
}
