import type { CallToolResult } from '@modelcontextprotocol/server';
import type { DoError } from '../core/errors.ts';
import type { Invocation, InvocationError } from '../core/invocation.ts';
import type { ToolEntry } from './entry.ts';
import type { JsonSchema } from './json-schema.ts';
import { embed } from './json-schema.ts';

/**
 * The answer of every call that is an invocation. Not the output alone: a call that goes on has none yet, a client
 * refuses what does not fit the one schema a tool has, and whoever is told a result wants to know which invocation it is
 * of and whether it is an old one.
 */
export interface Answer {
  id: string;
  status: Invocation['status'];
  /** True for the outcome of an earlier call with the same key: nothing was executed now. */
  replayed: boolean;
  output?: unknown;
  error?: InvocationError;
  /** What to do next. */
  next?: string;
}

export function answerSchema({ outputSchema }: ToolEntry): JsonSchema & { type: 'object' } {
  const { part, shared } = embed((outputSchema as JsonSchema | null) ?? {}, '#/properties/output');
  const text = { type: 'string' };
  return {
    ...shared,
    type: 'object',
    properties: {
      id: { ...text, description: 'Of the invocation.' },
      status: { enum: ['running', 'completed', 'failed', 'cancelled', 'timed_out', 'terminated'] },
      replayed: { type: 'boolean', description: 'The outcome of an earlier call with the same key.' },
      output: part,
      error: { type: 'object', properties: { code: text, type: text, message: text } },
      next: text,
    },
    required: ['id', 'status', 'replayed'],
  };
}

/** As text too: many clients show a model nothing else. */
export const tell = (value: object): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
  structuredContent: value,
});

/** A failure is for the model to see and to act on, so it is a result; an error of the protocol never reaches it. */
export const tellFailure = (answer: Answer): CallToolResult => ({ ...tell(answer), isError: true });

/** Of a call that is no invocation. As text alone: older clients check even this against the tool's output schema. */
export const tellRefusal = ({ code, message }: DoError): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify({ error: { code, message } }) }],
  isError: true,
});
