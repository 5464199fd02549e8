import { describe, expect, test } from 'vitest';
import { Action } from '../../../src/core/action.ts';
import type { ActionContext } from '../../../src/core/context.ts';
import { atFailpoint, useSystem } from './system.ts';

const system = useSystem();
const calls: string[] = [];
const plays = new Map<string, (ctx: ActionContext) => unknown>();

const charge = new Action({
  name: 'once.charge',
  timeout: '1s',
  retry: { maximumAttempts: 3, initialInterval: '20ms' },
  handler: async ({ name }: { name: string }, ctx) => {
    const receipt = await ctx.once('charge', async () => {
      calls.push(name);
      await plays.get(`${name} in the call`)?.(ctx);
      return { receipt: calls.length };
    });
    await plays.get(name)?.(ctx);
    return receipt;
  },
});
const made = (name: string) => calls.filter((call) => call === name).length;
const callsTold = async (id: string) =>
  (await system.client.invocations.audit(id)).entries.flatMap(({ type, attempt, call }) =>
    call === undefined ? [] : [`${type} ${attempt} ${call}`],
  );
const failFirst = ({ attempt }: ActionContext): void => {
  if (attempt === 1) throw new Error('not yet');
};

describe('a call by ctx.once', () => {
  test('is made once: a later attempt gets its result', async () => {
    plays.set('plain', failFirst);
    const handle = await system.client.action(charge).start({ name: 'plain' });
    expect(await handle.result()).toEqual({ receipt: calls.indexOf('plain') + 1 });
    expect(made('plain')).toBe(1);
    expect(await callsTold(handle.id)).toEqual(['call.done 1 charge', 'call.replayed 2 charge']);
  });

  test('that throws is made again', async () => {
    plays.set('refused in the call', failFirst);
    const handle = await system.client.action(charge).start({ name: 'refused' });
    await handle.result();
    expect(made('refused')).toBe(2);
  });

  test('whose attempt ended in the middle of it is made again, and told as unknown', async () => {
    plays.set('cut in the call', ({ attempt }) => (attempt === 1 ? new Promise(() => undefined) : undefined));
    const handle = await system.client.action(charge).start({ name: 'cut' });
    await handle.result();
    expect(made('cut')).toBe(2);
    expect(await callsTold(handle.id)).toEqual(['call.unknown 1 charge', 'call.done 2 charge']);
  });

  test('of which nothing is known at the end is told as unknown before the failure is', async () => {
    plays.set('lost in the call', () => new Promise(() => undefined));
    const handle = await system.client.action(charge).start({ name: 'lost' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_FAILED' });
    expect((await callsTold(handle.id)).at(-1)).toBe('call.unknown 3 charge');
  });

  test('is refused to an attempt whose failure has been told', async () => {
    let late: Promise<unknown> | undefined;
    let go: () => void = () => undefined;
    const sealed = new Promise<void>((resolve) => (go = resolve));
    atFailpoint((name) => void (name === 'seal.done' && go()));
    plays.set('late', (ctx) => {
      late ??= sealed.then(() => ctx.once('second', () => calls.push('late second')));
      late.catch(() => undefined);
      return late;
    });
    const handle = await system.client.action(charge).start({ name: 'late' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'INVOCATION_FAILED' });
    await expect(late).rejects.toThrow();
    expect(made('late second')).toBe(0);
  });
});
