import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActionContext, CompensationContext } from './context.ts';
import type { Duration } from './duration.ts';
import type { Concurrency, FlowControl, Priority, RateLimit } from './flow.ts';
import type { InvocationError } from './invocation.ts';
import type { Isolation, IsolationOptions } from './isolation.ts';
import type { AtomicityLevel } from './level.ts';
import type { FailureHandler } from './on-failure.ts';
import type { AttemptPolicy, RetryPolicy } from './policy.ts';
import type { Safety } from './safety.ts';
import type { Schedule, SchedulePlan } from './schedule.ts';

/**
 * Makes one attempt of an action. What it returns is the output; what it throws fails the attempt, which is repeated as
 * the retry policy says. It may run again after a crash, so effects outside should carry `ctx.idempotencyKey`.
 */
export type Handler<Input, Output> = (input: Input, ctx: ActionContext) => Output | Promise<Output>;

/**
 * Takes back what an attempt may have done. It has to be idempotent, may run for an attempt that did nothing, and has to
 * bar a late act of that attempt's token at the other side; where that side cannot, a late attempt may still act.
 */
export type Compensate<Input, Output> = (input: Input, ctx: CompensationContext<Output>) => unknown;

/** What an action that compensates another one is invoked with. */
export interface CompensationInput<Input = unknown, Output = unknown> {
  /** Of the attempt to take back, with the defaults of its schema. */
  input: Input;
  /** Null where the attempt did not complete. */
  output: Output | null;
  /** Why it has to be taken back. */
  error: InvocationError;
  /** Which attempt; 1 is the first. */
  attempt: number;
}

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
  /**
   * True: the handler works in a database transaction, `ctx.tx`, which commits with the output or not at all, at most
   * once for all attempts. The database is `DATABASE_URL`, or outside production the embedded one. Default: false.
   */
  transactional?: boolean;
  /**
   * Runs after every attempt that failed, timed out or was lost, before the next one and before the failure is told:
   * a function, or another action, which gets a `CompensationInput`. Default: none.
   */
  compensate?: Compensate<NoInfer<HandlerInput>, NoInfer<HandlerOutput>> | CompensatingAction;
  /** How often and how long `compensate` is tried, where it is a function. Default: ten attempts, a second to a minute apart. */
  compensation?: { retry?: RetryPolicy; timeout?: Duration };
  /**
   * An action, or its name, that is invoked with a `FailureNotice`, once, when an invocation or a step of this action has
   * finally failed or timed out; not when it was cancelled. Its own `onFailure` is then ignored. Default: none.
   */
  onFailure?: FailureHandler;
  /** Invoked by the clock too, as long as a worker of the project declares it. Default: only by callers. */
  schedule?: Schedule<NoInfer<Input>>;
  /**
   * How many attempts may run at a time, over all workers, retries and compensations included; the others wait. It needs
   * the database: `DATABASE_URL`, or outside production the embedded one. Default: no limit.
   */
  concurrency?: Concurrency;
  /** How many attempts may begin in a length of time, over all workers, retries and compensations included. Default: no limit. */
  rateLimit?: RateLimit;
  /** Which of the attempts that wait for a worker begins first, 1 before 5. Default: that of the workflow that calls it, else 3. */
  priority?: Priority;
  /**
   * True: the handler runs in a process of its own, which is ended with its children at the timeout and on cancel.
   * The module that defines the action is loaded again in it. Default: false.
   */
  isolate?: boolean | IsolationOptions;
  /**
   * Names of secrets, which the worker looks up at every attempt: `ctx.secrets.SMTP_URL`. Their values are masked in all that
   * the attempt reports. Default: none.
   */
  secrets?: readonly string[];
}

/** An action as `compensate` takes it. */
export interface CompensatingAction {
  /** By which the worker finds it. */
  readonly name: string;
  /** How often and how long it is tried. */
  readonly policy: AttemptPolicy;
  /** Its own limits hold for it. */
  readonly flow?: FlowControl | undefined;
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
  readonly compensate: Compensate<never, never> | undefined;
  readonly safety: Safety | undefined;
  readonly onFailure?: string | undefined;
  readonly schedule?: SchedulePlan | undefined;
  readonly isolation: Isolation | undefined;
  readonly secrets?: readonly string[];
  readonly flow?: FlowControl | undefined;
  readonly level: AtomicityLevel;
}
