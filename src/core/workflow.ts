import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AgentTool, AgentToolOptions } from './agent-tool.ts';
import { agentTool } from './agent-tool.ts';
import { toMs } from './duration.ts';
import { DoError } from './errors.ts';
import { host } from './host.ts';
import type { Invocation } from './invocation.ts';
import { checkName } from './name.ts';
import { failureHandlerName } from './on-failure.ts';
import { registerWorkflow } from './registry.ts';
import type { SchedulePlan } from './schedule.ts';
import { resolveSchedule } from './schedule.ts';
import { checkStandardSchema } from './standard-schema.ts';
import type { CallOptions, Handle } from './verbs.ts';
import type { WorkflowDefinition, WorkflowHandler } from './workflow-definition.ts';

/**
 * A business process out of actions: the same verbs as an action, and its handler survives crashes, deploys and waits of
 * any length. Throws `DEFINITION_INVALID` for what the definition has wrong, and `ACTION_DUPLICATE` where the process has
 * an action or workflow of that name already.
 */
export class Workflow<
  HandlerInput,
  HandlerOutput,
  Input = HandlerInput,
  Output = HandlerOutput,
  Name extends string = string,
> {
  /** By which `client.workflow(name)` and `POST /v1/workflows/{name}/invoke` find it; unique in a project. */
  readonly name: Name;
  /** Recorded with every invocation. */
  readonly version: string;
  /** For people; shown where workflows are listed. */
  readonly description: string | undefined;
  /** The schema of the input; undefined where anything JSON can hold is taken. */
  readonly input: StandardSchemaV1<Input, HandlerInput> | undefined;
  /** The schema of the output; undefined where anything JSON can hold is taken. */
  readonly output: StandardSchemaV1<HandlerOutput, Output> | undefined;
  /** The process. Called by workers, from the compiled build; `invoke` is what callers use. */
  readonly handler: WorkflowHandler<HandlerInput, HandlerOutput>;
  /** For the whole invocation, where the call sets none; undefined without. */
  readonly deadlineMs: number | undefined;
  /** The action that is told when it finally failed; undefined where none is. */
  readonly onFailure: string | undefined;
  /** When it is invoked by the clock; undefined where it is not. */
  readonly schedule: SchedulePlan | undefined;

  constructor(definition: WorkflowDefinition<HandlerInput, HandlerOutput, Input, Output, Name>) {
    this.name = checkName(definition.name) as Name;
    this.version = definition.version ?? '1';
    this.description = definition.description;
    const of = `workflow "${this.name}"`;
    this.input = checkStandardSchema(definition.input, 'input', of);
    this.output = checkStandardSchema(definition.output, 'output', of);
    if (typeof definition.handler !== 'function')
      throw new DoError('DEFINITION_INVALID', `Expected \`handler\` of ${of} to be a function.`);
    this.handler = definition.handler;
    this.deadlineMs = definition.deadline === undefined ? undefined : toMs(definition.deadline, 'deadline');
    this.onFailure = failureHandlerName(definition.onFailure, of);
    this.schedule = resolveSchedule(definition.schedule, of);
    registerWorkflow(this);
  }

  /** Runs the workflow and returns its output. Throws a `DoError` with the whole `invocation` when it did not complete. */
  invoke(input: Input, options?: CallOptions): Promise<Output> {
    return host().invoke(this.name, input, options, 'workflow') as Promise<Output>;
  }

  /** As `invoke`, but returns the whole invocation. */
  run(input: Input, options?: CallOptions): Promise<Invocation<Output>> {
    return host().run(this.name, input, options, 'workflow') as Promise<Invocation<Output>>;
  }

  /** Resolves when the invocation is durably accepted. */
  start(input: Input, options?: CallOptions): Promise<Handle<Output>> {
    return host().start(this.name, input, options, 'workflow') as Promise<Handle<Output>>;
  }

  /**
   * This workflow as a tool of the AI SDK: `generateText({ tools: { name: it.asTool() } })`. A call that is repeated is the
   * same invocation. Throws `DEFINITION_INVALID` where the input is no object.
   */
  asTool(options?: AgentToolOptions): AgentTool<Input, Output> {
    return agentTool<Input, Output>(this, options);
  }
}
