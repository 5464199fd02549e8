import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Action } from '../../src/core/action.ts';
import { describeFlow, keyOf, resolveFlow, withPriority } from '../../src/core/flow.ts';

test('what declares nothing has no flow control', () => {
  expect(resolveFlow({})).toBeUndefined();
  expect(describeFlow(undefined)).toEqual({ concurrency: null, rateLimit: null, priority: null });
});

test('what is declared travels in plain numbers and is described in the words of a definition', () => {
  const flow = resolveFlow({
    concurrency: { limit: 5 },
    rateLimit: { limit: 10, per: '1 minute', key: 'customer.id' },
    priority: 2,
  });
  expect(flow).toEqual({
    concurrency: { limit: 5 },
    rateLimit: { limit: 10, perMs: 60_000, key: 'customer.id' },
    priority: 2,
  });
  expect(describeFlow(flow)).toEqual({
    concurrency: { limit: 5, key: null },
    rateLimit: { limit: 10, per: '1m', key: 'customer.id' },
    priority: 2,
  });
});

const invalid: [string, object, string][] = [
  ['no limit', { concurrency: {} }, '`concurrency.limit`'],
  ['a limit of nothing', { concurrency: { limit: 0 } }, '`concurrency.limit`'],
  ['half a slot', { concurrency: { limit: 1.5 } }, '`concurrency.limit`'],
  ['a bare number', { concurrency: 5 }, '`concurrency` to be an object such as { limit: 5 }'],
  ['a function for a key', { concurrency: { limit: 1, key: () => 'a' } }, '`concurrency.key`'],
  ['an empty part of a path', { concurrency: { limit: 1, key: 'a..b' } }, '`concurrency.key`'],
  ['no rate', { rateLimit: { per: '1m' } }, '`rateLimit.limit`'],
  ['no time', { rateLimit: { limit: 1 } }, '`rateLimit.per`'],
  ['a time that is none', { rateLimit: { limit: 1, per: 'often' } }, '`rateLimit.per`'],
  ['less than a second', { rateLimit: { limit: 1, per: '10ms' } }, '`rateLimit.per`'],
  ['more than a day', { rateLimit: { limit: 1, per: '2d' } }, '`rateLimit.per`'],
  ['a priority beyond the last', { priority: 6 }, '`priority`'],
  ['a priority by name', { priority: 'high' }, '`priority`'],
];

test.each(invalid)('%s is refused by the name of the field', (_what, declared, field) => {
  const define = () => resolveFlow(declared);
  expect(define).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  expect(define).toThrow(field);
});

test('an action has the limits of its definition, and so has what takes its attempts back', () => {
  const definition = { concurrency: { limit: 1, key: 'account' }, priority: 1 } as const;
  const refund = new Action({ name: 'flow.refund', handler: () => null, rateLimit: { limit: 1, per: '1s' } });
  const own = new Action({ name: 'flow.own', handler: () => null, compensate: () => null, ...definition });
  const other = new Action({ name: 'flow.other', handler: () => null, compensate: refund, ...definition });
  expect(own.flow).toEqual(definition);
  expect(own.safety?.compensate?.flow).toEqual(definition);
  expect(other.safety?.compensate?.flow).toEqual({ rateLimit: { limit: 1, perMs: 1_000 } });
});

test('the priority of a call goes before that of the definition, and leaves the limits alone', () => {
  const flow = { concurrency: { limit: 1 }, priority: 4 } as const;
  expect(withPriority(flow, 1)).toEqual({ concurrency: { limit: 1 }, priority: 1 });
  expect(withPriority(undefined, 2)).toEqual({ priority: 2 });
  expect(withPriority(flow, undefined)).toBe(flow);
  expect(withPriority(undefined, undefined)).toBeUndefined();
});

const found: [string, string | undefined, unknown, string][] = [
  ['no path finds nothing', undefined, { a: 1 }, ''],
  ['a string is found as it is', 'customer.id', { customer: { id: 'cus_1' } }, 'cus_1'],
  ['a number is found as text', 'n', { n: 7 }, '7'],
  ['an element of a list is found by its place', 'list.1', { list: ['a', 'b'] }, 'b'],
  ['what is missing is the key that all share', 'customer.id', { customer: {} }, ''],
  ['null is the key that all share', 'customer', { customer: null }, ''],
  ['a path through what is no object finds nothing', 'customer.id.x', { customer: { id: 'cus_1' } }, ''],
  ['what every object inherits is not found', 'constructor.name', {}, ''],
  ['an input that is no object has no keys', 'a', 'text', ''],
];

test.each(found)('%s', (_what, path, input, key) => {
  expect(keyOf(path, input)).toBe(key);
});

test('the definition of the page is taken as it is written there', () => {
  const page = readFileSync(new URL('../../docs/flow-control.md', import.meta.url), 'utf8');
  const [, literal] = /new Action\((\{[\s\S]*?\n\})\)/.exec(page)!;
  const plain = literal!.replace(/\(input: \{.*?\}\) =>/, '(input) =>');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is ours
  const define = new Function('Action', `return new Action(${plain})`) as (
    of: typeof Action,
  ) => Action<never, unknown>;
  expect(describeFlow(define(Action).flow)).toEqual({
    concurrency: { limit: 1, key: 'customer.id' },
    rateLimit: { limit: 100, per: '1m', key: null },
    priority: 2,
  });
});
