import { Workflow } from '@do-sdk/core';
import { charge } from './actions.ts';

export const order = new Workflow({
  name: 'order.place',
  async handler(_, ctx) {
    while (true) {
      if (await charge.invoke(null)) break;
    }
    for (;;) await ctx.sleep('1d');
  },
});
