import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActionContext } from './context.ts';
import type { Duration } from './duration.ts';
import type { AttemptPolicy, RetryPolicy } from './policy.ts';

export type Handler<Input, Output> = (input: Input, ctx: ActionContext) => Output | Promise<Output>;

export interface ActionDefinition<HandlerInput, HandlerOutput, Input, Output, Name extends string = string> {
  /** Lower-case words joined by dots, dashes or underscores; at most 128 characters. */
  name: Name;
  /** Recorded with every invocation. Default: `'1'`. */
  version?: string;
  description?: string;
  /** Any Standard Schema; checked before the start and before the handler. Default: anything JSON can hold. */
  input?: StandardSchemaV1<Input, HandlerInput>;
  /** Any Standard Schema; checked before the output is recorded. Default: anything JSON can hold. */
  output?: StandardSchemaV1<HandlerOutput, Output>;
  retry?: RetryPolicy;
  /** For one attempt. Default: `'30s'`. */
  timeout?: Duration;
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
