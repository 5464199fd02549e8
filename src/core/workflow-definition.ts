import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from './duration.ts';
import type { InvocationError } from './invocation.ts';
import type { FailureHandler } from './on-failure.ts';
import type { Schedule, SchedulePlan } from './schedule.ts';
import type { WorkflowContext } from './workflow-context.ts';

/**
 * The process itself, as plain TypeScript: actions and other workflows are called as functions. It runs again from its
 * record after a crash, so it must not look at anything but its input, `ctx` and what its steps return.
 */
export type WorkflowHandler<Input, Output> = (input: Input, ctx: WorkflowContext) => Promise<Output>;

/** What an action given as `onFailure` is invoked with. */
export interface FailureNotice<Input = unknown> {
  /** Of what failed: the invocation, or that of the workflow whose step failed. */
  invocationId: string;
  /** The action or workflow that failed. */
  name: string;
  /** What it was invoked with. */
  input: Input;
  /** Why it failed. */
  error: InvocationError;
  /** How often it was tried. */
  attempts: number;
}

/** What `new Workflow()` takes. */
export interface WorkflowDefinition<
  HandlerInput,
  HandlerOutput,
  Input,
  Output,
  Name extends string = string,
> {
  /** Lower-case words joined by dots, dashes or underscores; at most 128 characters; also no action's. */
  name: Name;
  /** Recorded with every invocation. Default: `'1'`. */
  version?: string;
  /** For people; shown where workflows are listed. Default: none. */
  description?: string;
  /** Any Standard Schema; checked before the start and before the handler. Default: anything JSON can hold. */
  input?: StandardSchemaV1<Input, HandlerInput>;
  /** Any Standard Schema; checked before the output is recorded. Default: anything JSON can hold. */
  output?: StandardSchemaV1<HandlerOutput, Output>;
  /** The process. */
  handler: WorkflowHandler<HandlerInput, HandlerOutput>;
  /** For the whole invocation, where the call sets none. Default: none. */
  deadline?: Duration;
  /**
   * An action, or its name, that is invoked with a `FailureNotice`, once, when an invocation has finally failed or timed
   * out, after what it had done was taken back; not when it was cancelled. Default: none.
   */
  onFailure?: FailureHandler;
  /** Invoked by the clock too, as long as a worker of the project declares it. Default: only by callers. */
  schedule?: Schedule<NoInfer<Input>>;
}

/** A workflow whose types are not known. */
export interface AnyWorkflow {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly input: StandardSchemaV1 | undefined;
  readonly output: StandardSchemaV1 | undefined;
  readonly handler: WorkflowHandler<never, unknown>;
  readonly deadlineMs: number | undefined;
  readonly onFailure?: string | undefined;
  readonly schedule?: SchedulePlan | undefined;
}
