import { z } from 'zod';
import type { AtomicityLevel } from '../../core/level.ts';
import { nameOf } from './values.ts';

const LEVELS = [
  'transactional',
  'compensated',
  'idempotent',
  'none',
] as const satisfies readonly AtomicityLevel[];

const duration = (description: string) => z.string().meta({ description, example: '30s' });

const jsonSchema = () =>
  z.looseObject({}).nullable().meta({ description: 'JSON Schema 2020-12; null where none is known.' });

const described = {
  name: nameOf('What it is invoked by.'),
  version: z.string(),
  description: z.string().nullable(),
  inputSchema: jsonSchema(),
  outputSchema: jsonSchema(),
};

const RETRY = z.object({
  maximumAttempts: z.int().min(1).meta({ description: 'The first included.' }),
  initialInterval: duration('Before the second attempt.'),
  backoffCoefficient: z.number().min(1),
  maximumInterval: duration('No wait is longer.'),
  nonRetryableErrorTypes: z.array(z.string()),
});

const limit = z.int().min(1);
const key = z.string().nullable().meta({ description: 'A path into the input: the limit is of each value.' });

const FLOW = {
  concurrency: z.object({ limit, key }).nullable().meta({ description: 'Attempts at a time.' }),
  rateLimit: z
    .object({ limit, per: duration('In which so many attempts begin.'), key })
    .nullable()
    .meta({ description: 'Attempts that begin in a length of time.' }),
  priority: z.int().min(1).max(5).nullable().meta({ description: '1 before 5; null is 3.' }),
};

export const ACTION = z
  .object({
    ...described,
    retry: RETRY,
    timeout: duration('Of one attempt.'),
    level: z.enum(LEVELS).meta({ description: 'What holds for its effects when an attempt dies half-way.' }),
    compensatedBy: z.string().nullable().meta({ description: 'The action that takes an attempt back.' }),
    ...FLOW,
  })
  .meta({ id: 'Action', description: 'In the words of its definition.' });

export const WORKFLOW = z
  .object({
    ...described,
    deadline: duration('Of the whole invocation, unless a call says another.').nullable(),
    build: z.string().meta({ description: 'That new invocations run on.' }),
    signals: z
      .array(z.string())
      .nullable()
      .meta({ description: 'That it waits for; null where that is not known.' }),
  })
  .meta({ id: 'Workflow', description: 'In the words of its definition.' });
