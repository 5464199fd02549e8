import { z } from 'zod';
import { LONGEST_DIGEST, LONGEST_REASON } from '../../core/decision.ts';
import { DURATION } from '../../core/duration.ts';
import { KINDS } from '../../core/kind.ts';
import { DEFAULT_LIMIT, LARGEST_LIMIT, OUTCOME_CODES, STATUSES } from '../../core/query.ts';
import { IDEMPOTENCY_KEY_HEADER } from '../idempotency-key.ts';
import { DEFAULT_WAIT_S, LONGEST_WAIT_S } from '../prefer.ts';
import { jsonValue, nameOf } from './values.ts';

/** Of a header: a bare number is milliseconds. */
const duration = (description: string, example: string) =>
  z.string().regex(DURATION).or(z.string().regex(/^\d+$/)).optional().meta({ description, example });

export const idempotencyKey = z.string().regex(IDEMPOTENCY_KEY_HEADER).optional().meta({
  description:
    '1 to 255 printable ASCII characters, bare or quoted. Same key and input: the same invocation, joined or replayed. Same key and other input: 422.',
  example: 'order-42',
});

export const prefer = z
  .string()
  .optional()
  .meta({
    description: `\`wait=<seconds>\` (default ${DEFAULT_WAIT_S}, at most ${LONGEST_WAIT_S}), or \`respond-async\` for an answer at once.`,
    example: 'wait=10',
  });

export const timing = {
  'Invocation-Deadline': duration('For the whole invocation, from acceptance; longer than the delay.', '90s'),
  'Invocation-Delay': duration('From acceptance to the first attempt.', '10ms'),
};

const moment = (description: string) =>
  z
    .union([z.iso.datetime({ offset: true }), z.iso.date()])
    .optional()
    .meta({ description });

export const LIST_QUERY = z.object({
  name: nameOf('Of one action or workflow.').optional(),
  kind: z.enum(KINDS).optional(),
  status: z.enum(STATUSES).optional(),
  code: z.enum(OUTCOME_CODES).optional().meta({ description: 'Closed with that error code.' }),
  since: moment('Accepted at that time or later.'),
  until: moment('Accepted before that time.'),
  limit: z.int().min(1).max(LARGEST_LIMIT).default(DEFAULT_LIMIT),
  cursor: z
    .string()
    .regex(/^[\w-]+$/)
    .optional()
    .meta({ description: 'The `nextCursor` of the page before, with the same filters.' }),
});

export const DECISION = z
  .strictObject({
    digest: z
      .string()
      .max(LONGEST_DIGEST)
      .meta({ description: "Of the request in the invocation's `approvals`: what was decided on." }),
    approved: z.boolean(),
    reason: z.string().max(LONGEST_REASON).nullable().optional(),
    data: jsonValue('What the workflow wants to know beside it; its schema checks it.').optional(),
  })
  .meta({ id: 'Decision' });
