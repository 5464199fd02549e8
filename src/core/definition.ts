import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActionContext } from './context.ts';
import type { Duration } from './duration.ts';
import type { AttemptPolicy, RetryPolicy } from './policy.ts';

/**
 * Makes one attempt of an action. What it returns is the output; what it throws fails the attempt, which is repeated as
 * the retry policy says. It may run again after a crash, so effects outside should carry `ctx.idempotencyKey`.
 */
export type Handler<Input, Output> = (input: Input, ctx: ActionContext) => Output | Promise<Output>;

/** What `new Action()` takes. */
export interface ActionDefinition<HandlerInput, HandlerOutput, Input, Output, Name extends string = string> {
  /** Lower-case words joined by dots, dashes or underscores; at most 128 characters. */
  name: Name;
  /** Recorded with every invocation. Default: `'1'`. */
  version?: string;
  /** For people; shown where actions are listed. Default: none. */
  description?: string;
  /** Any Standard Schema; checked before the start and before the handler. Default: anything JSON can hold. */
  input?: StandardSchemaV1<Input, HandlerInput>;
  /** Any Standard Schema; checked before the output is recorded. Default: anything JSON can hold. */
  output?: StandardSchemaV1<HandlerOutput, Output>;
  /** When a failed attempt is followed by another. Default: three attempts, a second and then two apart. */
  retry?: RetryPolicy;
  /** For one attempt, from its start; for the whole invocation there is `deadline`. Default: `'30s'`. */
  timeout?: Duration;
  /** Makes one attempt. */
  handler: Handler<HandlerInput, HandlerOutput>;
}

/** An action whose types are not known, as the registry and the worker hold it. */
export interface AnyAction {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly input: StandardSchemaV1 | undefined;
  readonly output: StandardSchemaV1 | undefined;
  readonly policy: AttemptPolicy;
  /** Called with what the input schema gave, so `never` here is what any handler takes. */
  readonly handler: Handler<never, unknown>;
}
