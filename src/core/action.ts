import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AgentTool, AgentToolOptions } from './agent-tool.ts';
import { agentTool } from './agent-tool.ts';
import { resolveSafety } from './compensation.ts';
import type { ActionDefinition, Compensate, Handler } from './definition.ts';
import { DoError } from './errors.ts';
import type { FlowControl } from './flow.ts';
import { resolveFlow } from './flow.ts';
import { host } from './host.ts';
import type { Invocation } from './invocation.ts';
import type { Isolation } from './isolation.ts';
import { resolveIsolation } from './isolation.ts';
import type { AtomicityLevel } from './level.ts';
import { levelOf } from './level.ts';
import { checkName } from './name.ts';
import { failureHandlerName } from './on-failure.ts';
import type { AttemptPolicy } from './policy.ts';
import { resolvePolicy } from './policy.ts';
import { registerAction } from './registry.ts';
import type { Safety } from './safety.ts';
import type { SchedulePlan } from './schedule.ts';
import { resolveSchedule } from './schedule.ts';
import { resolveSecrets } from './secrets.ts';
import { checkStandardSchema } from './standard-schema.ts';
import type { CallOptions, Handle } from './verbs.ts';

/**
 * An atomic action: defined once, invoked from anywhere. Throws `DEFINITION_INVALID` for what the definition has wrong,
 * and `ACTION_DUPLICATE` where the process has an action of that name already.
 */
export class Action<
  HandlerInput,
  HandlerOutput,
  Input = HandlerInput,
  Output = HandlerOutput,
  Name extends string = string,
> {
  /** By which `client.action(name)` and `POST /v1/actions/{name}/invoke` find it; unique in a project. */
  readonly name: Name;
  /** Recorded with every invocation. */
  readonly version: string;
  /** For people; shown where actions are listed. */
  readonly description: string | undefined;
  /** The schema of the input; undefined where anything JSON can hold is taken. */
  readonly input: StandardSchemaV1<Input, HandlerInput> | undefined;
  /** The schema of the output; undefined where anything JSON can hold is taken. */
  readonly output: StandardSchemaV1<HandlerOutput, Output> | undefined;
  /** Retry policy and timeout, with every default filled in. */
  readonly policy: AttemptPolicy;
  /** Makes one attempt. Called by workers; `invoke` is what callers use. */
  readonly handler: Handler<HandlerInput, HandlerOutput>;
  /** Takes an attempt back; undefined where nothing does, or another action. */
  readonly compensate: Compensate<HandlerInput, HandlerOutput> | undefined;
  /** What is done before a failure is told; undefined where that is nothing. */
  readonly safety: Safety | undefined;
  /** The limits of the handler's own process; undefined where it runs in the worker's. */
  readonly isolation: Isolation | undefined;
  /** The names of the secrets that an attempt is given. */
  readonly secrets: readonly string[];
  /** The action that is told when it finally failed; undefined where none is. */
  readonly onFailure: string | undefined;
  /** When it is invoked by the clock; undefined where it is not. */
  readonly schedule: SchedulePlan | undefined;
  /** Its limits and priority; undefined where it has none. */
  readonly flow: FlowControl | undefined;
  /** What holds for its effects when an attempt dies half-way; derived from all of the above. */
  readonly level: AtomicityLevel;

  constructor(definition: ActionDefinition<HandlerInput, HandlerOutput, Input, Output, Name>) {
    this.name = checkName(definition.name) as Name;
    this.version = definition.version ?? '1';
    this.description = definition.description;
    this.input = checkStandardSchema(definition.input, 'input', `action "${this.name}"`);
    this.output = checkStandardSchema(definition.output, 'output', `action "${this.name}"`);
    this.policy = resolvePolicy(definition.retry, definition.timeout);
    if (typeof definition.handler !== 'function') {
      throw new DoError(
        'DEFINITION_INVALID',
        `Expected \`handler\` of action "${this.name}" to be a function.`,
      );
    }
    this.handler = definition.handler;
    this.compensate = typeof definition.compensate === 'function' ? definition.compensate : undefined;
    this.safety = resolveSafety(definition);
    this.isolation = resolveIsolation(definition.isolate);
    this.secrets = resolveSecrets(definition.secrets, `action "${this.name}"`);
    this.onFailure = failureHandlerName(definition.onFailure, `action "${this.name}"`);
    this.schedule = resolveSchedule(definition.schedule, `action "${this.name}"`);
    this.flow = resolveFlow(definition);
    this.level = levelOf(this.safety, this.handler);
    registerAction(this);
  }

  /** Runs the action and returns its output. Throws a `DoError` with the whole `invocation` when it did not complete. */
  invoke(input: Input, options?: CallOptions): Promise<Output> {
    return host().invoke(this.name, input, options, 'action') as Promise<Output>;
  }

  /** As `invoke`, but returns the whole invocation. */
  run(input: Input, options?: CallOptions): Promise<Invocation<Output>> {
    return host().run(this.name, input, options, 'action') as Promise<Invocation<Output>>;
  }

  /** Resolves when the invocation is durably accepted. */
  start(input: Input, options?: CallOptions): Promise<Handle<Output>> {
    return host().start(this.name, input, options, 'action') as Promise<Handle<Output>>;
  }

  /**
   * This action as a tool of the AI SDK: `generateText({ tools: { name: it.asTool() } })`. A call that is repeated is the
   * same invocation. Throws `DEFINITION_INVALID` where the input is no object.
   */
  asTool(options?: AgentToolOptions): AgentTool<Input, Output> {
    return agentTool<Input, Output>(this, options);
  }
}
