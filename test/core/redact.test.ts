import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import { jsonSchemaOf } from '../../src/core/json-schema.ts';
import type { AuditEntry, Invocation } from '../../src/core/invocation.ts';
import { redactAudit } from '../../src/core/redact-audit.ts';
import { redact, sensitiveTexts } from '../../src/core/redact.ts';
import { checkSchema } from '../../src/core/validate.ts';
import { testAction } from '../../src/testing/test-action.ts';

const secret = z.string().meta({ sensitive: true });
const hide = (schema: z.ZodType, value: unknown) => redact(value, jsonSchemaOf(schema, 'input'));
const R = '[redacted]';

interface Tree {
  pin?: string;
  next?: Tree | undefined;
}
const tree: z.ZodType<Tree> = z.object({ pin: secret.optional(), next: z.lazy(() => tree).optional() });

describe('what a schema marks as sensitive', () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ['a field', z.object({ card: secret, to: z.string() }), { card: '4242', to: 'x' }, { card: R, to: 'x' }],
    ['an item of a list', z.array(z.object({ card: secret })), [{ card: '1' }, {}], [{ card: R }, {}]],
    ['of a tuple', z.tuple([z.string(), secret]), ['a', 'b'], ['a', R]],
    ['a value under any name', z.record(z.string(), secret), { a: '1', b: '2' }, { a: R, b: R }],
    [
      'in one of several forms',
      z.union([z.object({ a: secret }), z.object({ b: z.string() })]),
      { a: '1', b: '2' },
      { a: R, b: '2' },
    ],
    [
      'in two parts of one value',
      z.intersection(z.object({ a: secret }), z.object({ b: secret })),
      { a: '1', b: '2' },
      { a: R, b: R },
    ],
    ['that may be left out or null', z.object({ a: secret.nullable().optional() }), { a: '1' }, { a: R }],
    [
      'an object as a whole',
      z.object({ a: z.object({ b: z.number() }).meta({ sensitive: true }) }),
      { a: { b: 1 } },
      { a: R },
    ],
    ['all of it', secret, 'x', R],
    [
      'at any depth of a schema that refers to itself',
      tree,
      { next: { next: { pin: '1' } } },
      { next: { next: { pin: R } } },
    ],
  ])('is hidden: %s', (_, schema, value, shown) => expect(hide(schema, value)).toEqual(shown));

  test('is hidden also in a value that the schema would refuse, and nothing else is touched', () => {
    expect(hide(z.object({ card: secret }), { card: { number: 1 }, more: [1] })).toEqual({
      card: R,
      more: [1],
    });
    const value = { a: 1 };
    expect(redact(value, jsonSchemaOf(z.object({ a: z.number() }), 'input'))).toBe(value);
    expect(redact(value, null)).toBe(value);
  });

  test('is known as text for messages, if it is long enough to be told from other text', () => {
    const schema = jsonSchemaOf(z.object({ a: secret, b: secret, c: z.number() }), 'input');
    expect(sensitiveTexts({ a: 'hunter2', b: 'x', c: 12345 }, schema)).toEqual(['hunter2']);
  });
});

describe('a message', () => {
  const schema = z.object({
    card: z
      .string()
      .meta({ sensitive: true })
      .refine((card) => card === '', { error: ({ input }) => `no card ${String(input)}` }),
  });

  test('of a schema does not quote it', async () => {
    await expect(checkSchema(schema, { card: '42424242' }, 'input', 'pay')).rejects.toThrow(
      'The input of "pay" is not valid: `card`: no card [redacted].',
    );
  });

  test('of a handler, and its log, do not hold it; the handler and the caller have it', async () => {
    const action = new Action({
      name: 'redact.pay',
      input: z.object({ card: secret }),
      retry: { maximumAttempts: 2, initialInterval: '1ms' },
      handler: ({ card }, ctx) => {
        ctx.log.info(`charging ${card}`);
        if (ctx.attempt === 1) throw new Error(`declined: ${card}`);
        return { charged: card };
      },
    });
    const run = await testAction(action).run({ card: '42424242' });
    expect(run.output).toEqual({ charged: '42424242' });
    expect(run.attempts[0]?.error?.message).toBe('declined: [redacted]');
    expect(run.logs[0]?.message).toBe('charging [redacted]');
  });
});

describe('an audit', () => {
  const entryOf = (name: string, input: z.ZodType, output: z.ZodType) => ({
    name,
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(output, 'output'),
  });
  const card = z.object({ card: secret });
  const known = [
    entryOf('order', z.object({ pin: secret }), z.any()),
    entryOf('pay', card, z.object({ code: secret })),
  ];
  const catalogue = { get: (name: string) => known.find((entry) => entry.name === name) as never };
  const entries = [
    { type: 'invocation.started', input: { pin: '1234' } },
    { type: 'action.started', step: 1, path: 'pay/1', name: 'pay', input: { card: '4242' } },
    { type: 'attempt.scheduled', step: 1, input: { card: '4242' } },
    { type: 'attempt.completed', step: 1, output: { code: 'abc' } },
    {
      type: 'compensation.scheduled',
      step: 1,
      input: { input: { card: '4242' }, output: { code: 'abc' }, error: null },
    },
    {
      type: 'enqueued.scheduled',
      name: 'tell',
      input: { name: 'pay', input: { card: '4242' }, error: { message: 'no 4242' } },
    },
    { type: 'invocation.failed', error: { code: 'X', type: 'X', message: 'pin 1234 refused' } },
  ] as AuditEntry[];

  test('hides what a workflow has told of its signals and decisions, and of no other of that name', () => {
    const invocation = { name: 'order', input: {}, output: null, error: null } as Invocation;
    const messages = [
      { type: 'signal.received', name: 'card', input: { card: '4242', to: 'x' } },
      { type: 'signal.received', name: 'constructor', input: 7 },
      { type: 'approval.requested', name: 'card', input: { card: 'Visa' } },
      { type: 'approval.decided', name: 'pay', output: { code: 'abc' } },
      { type: 'approval.decided', name: 'card', output: { card: 'Visa' } },
    ] as AuditEntry[];
    const told = { signal: { card: known[1]!.inputSchema! }, approval: { pay: known[1]!.outputSchema! } };
    const shown = redactAudit({ invocation, entries: messages }, catalogue, told).entries;
    expect(shown.map(({ input, output }) => input ?? output)).toEqual([
      { card: R, to: 'x' },
      7,
      { card: 'Visa' },
      { code: R },
      { card: 'Visa' },
    ]);
  });

  test('hides it in every entry, by the schemas of what the entry tells of', () => {
    const invocation = { name: 'order', input: { pin: '1234' }, output: null, error: null } as Invocation;
    const told = redactAudit({ invocation, entries }, catalogue);
    expect(JSON.stringify(told)).not.toMatch(/1234|4242|abc/);
    expect(told.entries.map(({ input, output, error }) => input ?? output ?? error?.message)).toEqual([
      { pin: R },
      { card: R },
      { card: R },
      { code: R },
      { input: { card: R }, output: { code: R }, error: null },
      { name: 'pay', input: { card: R }, error: { message: 'no [redacted]' } },
      'pin [redacted] refused',
    ]);
  });
});
