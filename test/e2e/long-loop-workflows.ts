/** A user's module, with a workflow for every way in which a loop can outlast its record. */
export const WORKFLOWS = `
import { Action, ActionError, Workflow } from '@do-sdk/core';
import { z } from 'zod';

const log = [];
export const count = new Action({
  name: 'some.count',
  handler: (n, ctx) => { console.log('counted', JSON.stringify({ n, key: ctx.idempotencyKey })); return { n }; },
});
export const big = new Action({ name: 'some.big', handler: () => 'x'.repeat(400_000) });
export const declined = new Action({
  name: 'some.declined',
  retry: { maximumAttempts: 1 },
  handler: () => { throw new ActionError('no', { type: 'Declined' }); },
});
export const held = new Action({
  name: 'some.hold',
  handler: (n) => 'hold ' + n,
  compensate: (n) => { console.log('released', n); },
});

export const long = new Workflow({
  name: 'long',
  handler: async ({ times }, ctx) => {
    const before = [ctx.uuid(), ctx.now().toISOString()];
    const first = await count.invoke('first');
    // The second of both is there first, and must be again.
    const race = await Promise.race([ctx.sleep('1s').then(() => 'slow'), count.invoke('fast').then(() => 'fast')]);
    const error = await declined.invoke(null).catch(({ code, type, message, cause }) => [code, type, message, cause.message]);
    const asked = await ctx.waitForSignal('begin');
    const key = await count.invoke('keyed', { idempotencyKey: 'k' });
    first.n = 'changed by the handler';
    ctx.log.info('before the loop');
    const sums = [];
    const total = await ctx.loop({ sum: 0, left: times }, async (state) => {
      const { n } = await count.invoke(state.left);
      await count.invoke('keyed', { idempotencyKey: 'k' });
      state.sum += n;
      state.left--;
      ctx.set(state);
      return state.left === 0 ? ctx.done(state.sum) : state;
    });
    const again = await ctx.loop(times, async (left) => {
      await count.invoke('again');
      return left > 1 ? left - 1 : ctx.done('done');
    });
    const late = await ctx.waitForSignal('late');
    await ctx.waitForSignal('end');
    const repeated = await ctx.waitForSignal('late', undefined, { timeout: '1ms' }).catch(({ type }) => type);
    return { before, after: [ctx.uuid(), ctx.now().toISOString()], race, error, asked, key, total, again, late, repeated };
  },
});

export const holding = new Workflow({
  name: 'holding',
  handler: async (n) => { await held.invoke(n); },
});

export const saga = new Workflow({
  name: 'saga',
  handler: async ({ times, end }, ctx) => {
    await held.invoke(end + ' before');
    await holding.invoke(end + ' child');
    await ctx.loop(times, async (left) => {
      await held.invoke(end + ' ' + left);
      if (left > 1) return left - 1;
      if (end === 'fails') throw new ActionError('the last one', { type: 'Enough' });
      ctx.set('waits');
      await ctx.sleep('1h');
    });
  },
});

export const beside = new Workflow({
  name: 'beside',
  handler: async (times, ctx) => {
    const loop = (name, first) => ctx.loop(first, async (left) => {
      await count.invoke(name);
      return left === 1 ? ctx.done(name) : left - 1;
    });
    const branch = async () => {
      const trail = [];
      for (const n of [1, 2, 3]) {
        await count.invoke('branch ' + n);
        trail.push(await ctx.waitForSignal('next'));
      }
      return trail;
    };
    const waits = async () => { await ctx.sleep('6s'); return (await count.invoke('slept')).n; };
    const asks = async () => {
      const schema = z.object({ from: z.coerce.date() });
      const { by, data } = await ctx.approval('go', { subject: { times }, schema });
      return [by, data.from.getTime()];
    };
    return await Promise.all([loop('a', times), branch(), loop('b', 2 * times), waits(), asks()]);
  },
});

export const large = new Workflow({
  name: 'large',
  handler: async (parts, ctx) => {
    await held.invoke('small');
    for (let part = 0; part < parts; part++) await big.invoke(part);
    await ctx.loop(9, async (left) => {
      await count.invoke(left);
      return left === 0 ? ctx.done() : left - 1;
    });
  },
});

export const endless = new Workflow({
  name: 'endless',
  handler: async (times) => {
    await held.invoke('first');
    for (let n = 0; n < times; n++) await count.invoke('n' + n);
  },
});

export const counting = new Workflow({
  name: 'counting',
  handler: async (times, ctx) => {
    await count.invoke('first');
    return await ctx.loop({ left: times, sum: 0 }, async ({ left, sum }) => {
      const ones = await ctx.parallel(Array(Math.min(100, left)).fill(1), async (one) => (await count.invoke(one)).n);
      const next = { left: left - ones.length, sum: sum + ones.length };
      return next.left === 0 ? ctx.done(next.sum) : next;
    });
  },
});

export const otherwise = new Workflow({
  name: 'otherwise',
  handler: async (times, ctx) => {
    await (Date.now() === ctx.now().getTime() ? count.invoke('same') : held.invoke('other'));
    await ctx.loop(times, async (left) => { await count.invoke(left); return left === 0 ? ctx.done() : left - 1; });
  },
});
`;
