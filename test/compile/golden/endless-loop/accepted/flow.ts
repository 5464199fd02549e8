import { Workflow } from '@do-sdk/core';
import { charge } from './actions.ts';

export const order = new Workflow({
  name: 'order.place',
  async handler(count: number, ctx) {
    for (let at = 0; at < count; at++) await charge.invoke(at);
    for (;;) if (count-- < 0) break;
    await ctx.loop(0, async (state) => {
      while (true) if (await charge.invoke(null)) break;
      return state + 1;
    });
  },
});
