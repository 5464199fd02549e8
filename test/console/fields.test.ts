import { expect, test } from 'vitest';
import { z } from 'zod';
import { fieldsOf, toInput, toValues } from '../../src/console/model/fields.ts';
import { issuesIn } from '../../src/console/model/problem.ts';
import { checkSchema } from '../../src/core/validate.ts';

const SCHEMA = z.object({
  to: z.email().meta({ description: 'Who gets it' }),
  count: z.number().int().default(1),
  urgent: z.boolean().optional(),
  tone: z.enum(['warm', 'plain']).optional(),
  note: z.string().max(5_000).optional(),
  pin: z.string().meta({ sensitive: true }).optional(),
  copies: z.union([z.string(), z.array(z.string())]).optional(),
  size: z.object({ width: z.number() }).optional(),
});
const fields = fieldsOf(z.toJSONSchema(SCHEMA, { io: 'input' }))!;
const named = (name: string) => fields.find((field) => field.name === name)!;

test('a form has a control for each property that one can hold, and JSON for the others', () => {
  expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
    ['to', 'text'],
    ['count', 'number'],
    ['urgent', 'boolean'],
    ['tone', 'choice'],
    ['note', 'text'],
    ['pin', 'text'],
    ['copies', 'json'],
    ['size', 'json'],
  ]);
  expect(named('to')).toMatchObject({ isRequired: true, description: 'Who gets it', isLong: false });
  expect(named('count')).toMatchObject({ isRequired: false, fallback: '1' });
  expect(named('tone').choices).toEqual(['"warm"', '"plain"']);
  expect(named('note').isLong).toBe(true);
  expect(named('pin').isSensitive).toBe(true);
});

test('there is no form for what is no object, only JSON', () => {
  for (const schema of [null, {}, { type: 'string' }, { type: 'object' }, { type: 'array', items: {} }])
    expect(fieldsOf(schema)).toBeUndefined();
});

test('what was typed becomes the input, and what was left empty is left out', () => {
  const typed = {
    ...{ to: 'ada@example.com', count: '2', urgent: 'false', tone: '"warm"', note: '' },
    ...{ copies: 'bob@example.com', size: '{"width":3}' },
  };
  expect(toInput(fields, typed)).toEqual({
    input: {
      ...{ to: 'ada@example.com', count: 2, urgent: false, tone: 'warm' },
      ...{ copies: 'bob@example.com', size: { width: 3 } },
    },
    problems: {},
  });
  expect(toInput(fields, { copies: '["a","b"]' }).input).toEqual({ copies: ['a', 'b'] });
});

test('what cannot be sent as it was typed is told at its field', () => {
  const { input, problems } = toInput(fields, { count: 'two', size: '{' });
  expect(input).toEqual({});
  expect(problems['count']).toBe('Expected a number.');
  expect(problems['size']).toMatch(/^Expected JSON: /);
});

test('an input is filled in again as it was, or else left to JSON', () => {
  const input = {
    to: 'a@b.example',
    count: 2,
    urgent: true,
    tone: 'plain',
    copies: ['x'],
    size: { width: 1 },
  };
  expect(toInput(fields, toValues(fields, input)!).input).toEqual(input);
  for (const other of [null, [1], 'text', { unknown: 1 }, { count: 'two' }, { note: '' }, { to: null }])
    expect([other, toValues(fields, other)]).toEqual([other, undefined]);
});

test('what the API refuses is found by field, as it words it', async () => {
  const refused = { to: 'nobody', count: 1.5, size: { width: 'wide' }, tone: '`to`: trick' };
  const error = await checkSchema(SCHEMA, refused, 'input', 'mail.welcome').catch((caught: Error) => caught);
  const issues = issuesIn((error as Error).message);
  expect(Object.keys(issues).sort()).toEqual(['count', 'size', 'to', 'tone']);
  expect(issues['to']).toMatch(/^Invalid email/);
  expect(issues['size']).toMatch(/^width: /);
  expect(issuesIn('The key was used with another input.')).toEqual({});
});
