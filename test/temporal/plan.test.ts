import { expect, test } from 'vitest';
import { Action } from '../../src/core/action.ts';
import type { ActionDefinition } from '../../src/core/definition.ts';
import { toEntry } from '../../src/runtime/catalogue.ts';
import type { StartPlan } from '../../src/temporal/plan.ts';
import { envelopeOf, flowOf } from '../../src/temporal/plan.ts';

let count = 0;
const planOf = (fields: Partial<ActionDefinition<unknown, unknown, unknown, unknown>> = {}): StartPlan => ({
  entry: toEntry(new Action({ name: `plan.${++count}`, handler: () => null, ...fields })),
  ...{ input: null, caller: 'local', project: 'shop', local: true },
});

test('the first attempt of an action stays in the process that has it', () => {
  expect(envelopeOf(planOf())).toMatchObject({ local: true });
  expect(envelopeOf(planOf())).not.toHaveProperty('flow');
});

const limits = [
  { concurrency: { limit: 1 } },
  { rateLimit: { limit: 1, per: '1s' } },
  { priority: 1 },
] satisfies Partial<ActionDefinition<unknown, unknown, unknown, unknown>>[];

test.each(limits)('with %j every attempt goes by the queue of its action, which keeps it', (fields) => {
  const envelope = envelopeOf(planOf(fields));
  expect(envelope).not.toHaveProperty('local');
  expect(envelope).toHaveProperty('flow');
});

test('the priority of a call goes before that of the definition', () => {
  const plan = { ...planOf({ priority: 4 }), priority: 1 as const };
  expect(flowOf(plan)).toEqual({ priority: 1 });
  expect(envelopeOf(plan)).toMatchObject({ flow: { priority: 1 } });
});
