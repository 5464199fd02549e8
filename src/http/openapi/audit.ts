import { z } from 'zod';
import { INVOCATION, INVOCATION_ERROR } from './invocation.ts';
import { jsonValue, time } from './values.ts';

const ENTRY_ERROR = INVOCATION_ERROR.extend({
  stack: z.string().optional(),
  cause: jsonValue().optional(),
}).meta({ id: 'AuditError', description: 'With the stack and the chain of causes, as far as on record.' });

const count = () => z.int().min(1).optional();

const AUDIT_ENTRY = z
  .object({
    seq: z.int().min(1).meta({ description: 'From 1, without gaps.' }),
    at: time(),
    type: z.string().meta({ example: 'attempt.completed' }),
    attempt: count(),
    input: jsonValue().optional(),
    output: jsonValue().optional(),
    error: ENTRY_ERROR.optional(),
    worker: z.string().optional(),
    retryAt: time().optional(),
    compensationAttempt: count(),
    committedBy: count(),
    state: z.string().optional(),
    call: z.string().optional(),
    name: z.string().optional(),
    invocation: z.string().optional(),
    step: count(),
    path: z.string().optional(),
    parallel: z.literal(true).optional(),
    version: z.string().optional(),
    until: time().optional(),
    digest: z.string().optional(),
    approvers: z.array(z.string()).optional(),
    expiresAt: time().optional(),
    approved: z.boolean().optional(),
    by: z.string().optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'AuditEntry', description: 'One thing that happened to an invocation.' });

export const AUDIT = z
  .object({ invocation: INVOCATION, entries: z.array(AUDIT_ENTRY) })
  .meta({ id: 'Audit', description: 'Everything on record about one invocation, in order, none missing.' });
