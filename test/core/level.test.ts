import { describe, expect, test } from 'vitest';
import { Action } from '../../src/core/action.ts';
import type { ActionContext } from '../../src/core/context.ts';
import type { ActionDefinition } from '../../src/core/definition.ts';

let defined = 0;
type Fields = Partial<Omit<ActionDefinition<unknown, unknown, unknown, unknown>, 'name'>>;
const actionWith = (fields: Fields) =>
  new Action({ name: `level.of-${++defined}`, handler: () => null, ...fields });

const other = new Action({ name: 'level.other', retry: { maximumAttempts: 7 }, handler: () => null });

describe('the level of an action is derived from what it is', () => {
  test.each<[string, Fields, string]>([
    ['transactional', { transactional: true }, 'transactional'],
    ['transactional and compensated', { transactional: true, compensate: () => null }, 'transactional'],
    ['compensated by a function', { compensate: () => null }, 'compensated'],
    ['compensated by another action', { compensate: other }, 'compensated'],
    ['passing its token on', { handler: (_, ctx) => ctx.idempotencyKey }, 'idempotent'],
    ['taking its token apart', { handler: (_, { idempotencyKey: key }) => key }, 'idempotent'],
    ['recording its calls', { handler: (_, ctx) => ctx.once('call', () => 1) }, 'idempotent'],
    ['none of these', { handler: (_, ctx) => ctx.attempt }, 'none'],
  ])('one that is %s', (_, fields, level) => {
    expect(actionWith(fields).level).toBe(level);
  });

  test('and not from what its handler says of itself', () => {
    const handler = Object.assign(() => null, { toString: () => 'ctx.idempotencyKey' });
    expect(actionWith({ handler }).level).toBe('none');
  });
});

const once = (_: unknown): void => undefined;

describe('a handler leaves receipts', () => {
  test.each<[string, Fields['handler'], boolean]>([
    ['by its context', (_, ctx) => ctx.once('call', () => 1), true],
    ['by a context of another name', async (_, $c) => await $c.once('call', () => 1), true],
    ['by its context taken apart', (_, { once: call }) => call('call', () => 1), true],
    [
      'by its context taken apart inside',
      (_, ctx) => {
        const { attempt, once: call } = ctx;
        return call(`call ${attempt}`, () => 1);
      },
      true,
    ],
    ['by the rest of its context', (_, { attempt, ...rest }) => rest.once(`call ${attempt}`, () => 1), true],
    ['as a method', { handler: (_: unknown, ctx: ActionContext) => ctx.once('call', () => 1) }.handler, true],
    ['not by the once of something else', (_, ctx) => once(ctx.signal), false],
    ['not without a context', () => once(1), false],
    ['not where its input is taken apart so', (({ once: first }: { once: string }) => first) as never, false],
  ])('%s', (_, handler, leaves) => {
    expect(actionWith({ handler: handler! }).safety).toEqual(leaves ? { receipts: true } : undefined);
  });
});

describe('what is done before a failure is told', () => {
  test('is nothing for a plain action, so that nothing travels with its invocations', () => {
    expect(actionWith({}).safety).toBeUndefined();
  });

  test('takes an action’s own policy where another action compensates', () => {
    expect(actionWith({ compensate: other }).safety).toEqual({
      compensate: { action: 'level.other', policy: other.policy },
    });
  });

  test('tries a function ten times, within the action’s own timeout, unless it is told otherwise', () => {
    const usual = actionWith({ timeout: '7s', compensate: () => null }).safety?.compensate?.policy;
    expect(usual).toMatchObject({ maximumAttempts: 10, timeoutMs: 7_000, initialIntervalMs: 1_000 });
    const own = { retry: { maximumAttempts: 2 }, timeout: '1s' } as const;
    const told = actionWith({ compensate: () => null, compensation: own }).safety?.compensate?.policy;
    expect(told).toMatchObject({ maximumAttempts: 2, timeoutMs: 1_000 });
  });

  test.each<[string, unknown]>([
    ['a name', 'level.other'],
    ['an object that is no action', { name: 'x' }],
  ])('is refused where `compensate` is %s', (_, compensate) => {
    expect(() => actionWith({ compensate: compensate as never })).toThrow(
      /`compensate`.*function or another action/,
    );
  });

  test('is refused where a compensation would be tried more often than one record can hold', () => {
    const compensation = { retry: { maximumAttempts: 1_001 } };
    expect(() => actionWith({ compensate: () => null, compensation })).toThrow(/at most 1000/);
  });
});

describe('the limits of a handler’s own process', () => {
  test('are absent where it runs in the worker’s', () => {
    expect(actionWith({ isolate: false }).isolation).toBeUndefined();
  });

  test('have defaults, each of which can be set', () => {
    expect(actionWith({ isolate: true }).isolation).toEqual({ memoryMiB: 512, outputKiB: 1_024 });
    expect(actionWith({ isolate: { memoryMiB: 128 } }).isolation).toEqual({
      memoryMiB: 128,
      outputKiB: 1_024,
    });
  });

  test.each([{ memoryMiB: 127 }, { memoryMiB: 128.5 }, { outputKiB: 0 }])('cannot be %o', (isolate) => {
    expect(() => actionWith({ isolate })).toThrow(/Expected `isolate\./);
  });
});
