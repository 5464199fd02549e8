import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DoError } from './errors.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { checkSchema } from './validate.ts';
import type { CallOptions } from './verbs.ts';

/** What the AI SDK tells of a tool call. */
export interface AgentToolCall {
  /** Made by the model's provider. */
  toolCallId: string;
  /** The conversation up to the call. */
  messages?: readonly unknown[];
  /** Ends the waiting, not the invocation. */
  abortSignal?: AbortSignal | undefined;
}

/** What `asTool` takes. */
export interface AgentToolOptions {
  /** For the model. Default: the description of the definition, or its name. */
  description?: string;
  /**
   * The idempotency key of a call; undefined for none. Default: the call's id and a digest of the conversation up to it,
   * since some providers' ids are unique within one answer only (`call_0`).
   */
  idempotencyKey?: (call: AgentToolCall) => string | undefined | Promise<string | undefined>;
}

/** What `tools` of the AI SDK's `generateText` and `streamText` takes. */
export interface AgentTool<Input, Output> {
  /** For the model. */
  readonly description: string;
  /** For the AI SDK, whose own type for it cannot be named without importing it; of no use to anybody else. */
  readonly inputSchema: never;
  /** Invokes it. Throws what `invoke` throws; the AI SDK tells that to the model. */
  execute(input: Input, call: AgentToolCall): Promise<Output>;
}

interface Invocable<Input, Output> {
  readonly name: string;
  readonly description: string | undefined;
  readonly input: StandardSchemaV1<Input, unknown> | undefined;
  invoke(input: Input, options?: CallOptions): Promise<Output>;
}

export function agentTool<Input, Output>(
  of: Invocable<Input, Output>,
  { description, idempotencyKey = keyOf }: AgentToolOptions = {},
): AgentTool<Input, Output> {
  return {
    description: description ?? of.description ?? of.name,
    inputSchema: inputSchemaOf(of) as never,
    execute: async (input, call) => {
      const key = await idempotencyKey(call);
      return await of.invoke(input, {
        ...(key !== undefined && { idempotencyKey: key }),
        ...(call.abortSignal && { signal: call.abortSignal }),
      });
    },
  };
}

/**
 * With the call's id alone another conversation's `call_0` would be refused as a mismatch, or worse, be answered with
 * this one's outcome.
 */
async function keyOf({ toolCallId, messages = [] }: AgentToolCall): Promise<string> {
  if (messages.length === 0) return toolCallId;
  const bytes = new TextEncoder().encode(JSON.stringify(messages));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `${toolCallId}/${[...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * By the marks of the AI SDK's own `jsonSchema()`, so that it need not be there. The input is checked and handed on as
 * the model sent it: what the schema makes of it is made when it is invoked, and would not pass a second time.
 */
function inputSchemaOf({ name, input }: { name: string; input: StandardSchemaV1 | undefined }): object {
  return {
    [Symbol.for('vercel.ai.schema')]: true,
    [Symbol.for('vercel.ai.validator')]: true,
    jsonSchema: objectSchemaOf(name, input),
    validate: async (value: unknown) =>
      await checkSchema(input, value, 'input', name).then(
        () => ({ success: true, value }),
        (error: unknown) => ({ success: false, error }),
      ),
  };
}

function objectSchemaOf(name: string, input: StandardSchemaV1 | undefined): object {
  const schema = jsonSchemaOf(input, 'input') ?? {
    type: 'object',
    properties: {},
    additionalProperties: true,
  };
  if ((schema as { type?: unknown }).type === 'object') return schema;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`input\` of "${name}" to be an object to be a tool: a model sends nothing else. Put it into one, such as z.object({ request: … }).`,
  );
}
