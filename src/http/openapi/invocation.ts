import { z } from 'zod';
import { KINDS } from '../../core/kind.ts';
import { STATUSES } from '../../core/query.ts';
import { ERROR_CODE } from './problem.ts';
import { invocationId, jsonValue, time } from './values.ts';

export const INVOCATION_ERROR = z
  .object({
    code: ERROR_CODE,
    type: z
      .string()
      .meta({ description: 'What the handler threw: its `type`, else its `code`, else its `name`.' }),
    message: z.string(),
  })
  .meta({ id: 'InvocationError', description: 'Why an invocation or an attempt did not complete.' });

export const APPROVAL_REQUEST = z
  .object({
    name: z.string(),
    digest: z.string().meta({ description: 'SHA-256 of what is to be approved; a decision has to name it.' }),
    subject: jsonValue('What is to be approved.'),
    approvers: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Who may decide; null: everybody who may call.' }),
    requestedAt: time(),
    expiresAt: time().nullable(),
    state: z.enum(['open', 'decided', 'expired']),
  })
  .meta({ id: 'ApprovalRequest', description: 'What a workflow asks a person.' });

const LINKS = z.object({
  self: z.string(),
  audit: z.string(),
  temporal: z.string().nullable().meta({ description: 'In the Temporal Web UI.' }),
});

export const INVOCATION = z
  .object({
    id: invocationId(),
    kind: z.enum(KINDS),
    name: z.string().meta({ description: 'What was invoked.' }),
    version: z.string(),
    status: z.enum(STATUSES).meta({
      description:
        "`failed`: the last attempt failed or timed out. `timed_out`: the invocation's own deadline passed. `terminated`: ended from outside, by Temporal's terminate.",
    }),
    input: jsonValue('The JSON value as it was sent, before schema defaults.'),
    output: jsonValue('Null until completed.'),
    // Not `.nullable()`: of a component, the generator then says that it is an object and null at once.
    error: z.union([INVOCATION_ERROR, z.null()]),
    idempotencyKey: z.string().nullable(),
    caller: z.string().meta({ description: 'Who asked: the identity of the API key.' }),
    attempts: z.int().min(0).meta({ description: 'Begun so far.' }),
    startedAt: time(),
    startsAt: time()
      .optional()
      .meta({ description: 'Where it was asked to wait first: when its first attempt is due.' }),
    closedAt: time().nullable(),
    settles: z
      .string()
      .optional()
      .meta({ description: 'The invocation, ended from outside, that this one settles.' }),
    state: jsonValue('Of a workflow: what it has told of itself last.').optional(),
    approvals: z.array(APPROVAL_REQUEST).optional(),
    settledBy: z.string().optional().meta({ description: 'The invocation that settles this one.' }),
    waitingFor: z
      .string()
      .optional()
      .meta({ description: 'While no worker can go on with it: what is missing.' }),
    links: LINKS,
  })
  .meta({ id: 'Invocation', description: 'One invocation of an action or workflow.' });

const INVOCATION_ITEM = INVOCATION.omit({
  input: true,
  output: true,
  attempts: true,
  waitingFor: true,
}).meta({ id: 'InvocationItem', description: 'An invocation in a list.' });

export const INVOCATION_PAGE = z
  .object({
    items: z.array(INVOCATION_ITEM),
    nextCursor: z.string().nullable().meta({
      description:
        'For the next page; null after the last. A page may have few items, or none, and still a next one.',
    }),
  })
  .meta({ id: 'InvocationPage' });
