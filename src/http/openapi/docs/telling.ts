import { z } from 'zod';
import { INVOCATION } from '../invocation.ts';
import { DECISION, idempotencyKey } from '../requests.ts';
import type { RouteDoc } from '../route-doc.ts';
import { json } from '../route-doc.ts';
import { invocationId, jsonValue, nameOf } from '../values.ts';

const told = (name: string) =>
  ({ tag: 'Invocations', params: z.object({ id: invocationId(), name: nameOf(name) }) }) as const;

export const SIGNAL: RouteDoc = {
  ...told('Of the signal.'),
  operationId: 'sendSignal',
  summary: 'Send a workflow a signal',
  description: 'The body is the payload; none is null.',
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: { schema: jsonValue(), required: false },
  answers: { 202: json('On record.', INVOCATION) },
  errors: [
    'INVOCATION_NOT_FOUND',
    'SIGNAL_NOT_FOUND',
    'INVOCATION_CLOSED',
    'IDEMPOTENCY_KEY_INVALID',
    'INPUT_INVALID',
  ],
};

export const DECIDE: RouteDoc = {
  ...told('Of the approval.'),
  operationId: 'decideApproval',
  summary: 'Decide on what a workflow asked',
  body: { schema: DECISION, required: true },
  answers: { 200: json('The workflow has taken the decision.', INVOCATION) },
  errors: [
    'INVOCATION_NOT_FOUND',
    'APPROVAL_NOT_FOUND',
    'APPROVAL_CONFLICT',
    'INVOCATION_CLOSED',
    'INPUT_INVALID',
    'WORKER_UNAVAILABLE',
  ],
};
