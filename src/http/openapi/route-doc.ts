import type { ZodObject, ZodType } from 'zod';
import type { ErrorCode } from '../../core/errors.ts';
import type { Kind } from '../../core/kind.ts';

/** To a component that the document has. */
export interface Reference {
  $ref: string;
}

export type Schema = ZodType | Reference;

/** What a route takes and answers, for the OpenAPI document. What every route of its kind may answer is added there. */
export interface RouteDoc {
  operationId: string;
  summary: string;
  description?: string;
  tag: 'Actions' | 'Workflows' | 'Invocations' | 'System';
  params?: ZodObject;
  query?: ZodObject;
  headers?: ZodObject;
  body?: { schema: Schema; required: boolean };
  /** By status, those that are no problem. */
  answers: Record<number, Answer>;
  /** The problems of its own. */
  errors?: readonly ErrorCode[];
  /** The document has the same once more for each action or workflow, with its own input and output. */
  each?: Kind;
}

export interface Answer {
  description: string;
  /** By media type. */
  content?: Record<string, Schema>;
  headers?: ZodObject;
}

export const json = (description: string, schema: ZodType, headers?: ZodObject): Answer => ({
  description,
  content: { 'application/json': schema },
  ...(headers && { headers }),
});
