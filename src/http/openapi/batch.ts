import { z } from 'zod';
import type { Invocation } from '../../core/invocation.ts';
import type { Problem } from '../problem.ts';
import { INVOCATION } from './invocation.ts';
import { PROBLEM } from './problem.ts';
import { jsonValue } from './values.ts';

/** The body limit bounds their size, this their number. */
const MOST_ITEMS = 100;

const BATCH_ITEM = z.strictObject({
  input: jsonValue('As the body of a single invoke; null for none.'),
  idempotencyKey: z.string().optional().meta({ description: '1 to 255 printable ASCII characters.' }),
});

export const BATCH = z
  .strictObject({ items: z.array(BATCH_ITEM).min(1).max(MOST_ITEMS) })
  .meta({ id: 'Batch' });

export type BatchItem = z.output<typeof BATCH_ITEM>;

export type BatchResult =
  { status: 200 | 202; replayed: boolean; invocation: Invocation } | { status: number; error: Problem };

const ACCEPTED = z.object({
  status: z.union([z.literal(200), z.literal(202)]).meta({ description: 'As it would have been alone.' }),
  replayed: z.boolean().meta({ description: 'Its key had completed: the outcome is given again.' }),
  invocation: INVOCATION,
});
const REFUSED = z.object({ status: z.int().min(400).max(599), error: PROBLEM });

export const BATCH_RESULTS = z
  .object({
    items: z.array(z.union([ACCEPTED, REFUSED])).meta({ description: 'In the order of the batch.' }),
  })
  .meta({ id: 'BatchResults' });
