import { z } from 'zod';
import type { ErrorCode } from '../../../core/errors.ts';
import type { Kind } from '../../../core/kind.ts';
import { NOT_FOUND } from '../../../core/kind.ts';
import { BATCH, BATCH_RESULTS } from '../batch.ts';
import { INVOCATION } from '../invocation.ts';
import { idempotencyKey, prefer, timing } from '../requests.ts';
import type { RouteDoc } from '../route-doc.ts';
import { json } from '../route-doc.ts';
import { jsonValue, nameOf } from '../values.ts';

const applied = { 'Preference-Applied': z.string().optional() };
const REFUSALS: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_INVALID', 'HEADER_INVALID', 'INPUT_INVALID'];

const common = (kind: Kind) =>
  ({
    tag: kind === 'action' ? 'Actions' : 'Workflows',
    params: z.object({ name: nameOf(`Of the ${kind}.`) }),
  }) as const;

const errorsOf = (kind: Kind): ErrorCode[] => [...REFUSALS, NOT_FOUND[kind]];

export const invokeDoc = (kind: Kind): RouteDoc => ({
  ...common(kind),
  operationId: kind === 'action' ? 'invokeAction' : 'invokeWorkflow',
  summary: kind === 'action' ? 'Invoke an action' : 'Invoke a workflow',
  description:
    'The body is the input. The HTTP status tells of the request, `status` of the invocation how it went: 200 also when that failed.',
  headers: z.object({ 'Idempotency-Key': idempotencyKey, Prefer: prefer, ...timing }),
  body: { schema: jsonValue(), required: true },
  answers: {
    200: json(
      'It has closed, in whatever way.',
      INVOCATION,
      z.object({
        ...applied,
        'Idempotent-Replayed': z
          .literal('true')
          .optional()
          .meta({ description: 'The key had completed before.' }),
      }),
    ),
    202: json(
      'It is accepted, and goes on.',
      INVOCATION,
      z.object({
        ...applied,
        Location: z.string().meta({ description: 'Where it is read.' }),
        'Idempotent-Replayed': z.literal('true').optional(),
      }),
    ),
  },
  errors: [...errorsOf(kind), 'IDEMPOTENCY_MISMATCH'],
  each: kind,
});

export const batchDoc = (kind: Kind): RouteDoc => ({
  ...common(kind),
  operationId: kind === 'action' ? 'invokeActionBatch' : 'invokeWorkflowBatch',
  summary: kind === 'action' ? 'Invoke an action many times' : 'Invoke a workflow many times',
  description:
    'Each item as if it had been sent alone. 200 whatever became of them; 503 when none could be accepted for want of Temporal.',
  headers: z.object({ Prefer: prefer, ...timing }),
  body: { schema: BATCH, required: true },
  answers: { 200: json('What became of each item.', BATCH_RESULTS, z.object(applied)) },
  errors: errorsOf(kind),
});
