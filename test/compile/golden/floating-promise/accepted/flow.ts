import { Workflow, client } from '@do-sdk/core';
import { charge } from './actions.ts';
import { runner } from 'accounting';

export const order = new Workflow({
  name: 'order.place',
  async handler(items: string[], ctx) {
    await charge.invoke(null);
    void charge.invoke(null);
    charge.invoke(null).then(() => undefined, () => undefined);
    runner.run(null);
    ctx.set({ done: 1 });
    const both = [charge.invoke(1), client.action('email.send').invoke(2)];
    const first = charge.invoke(3);
    const many = items.map(async (item) => await charge.invoke(item));
    await Promise.all([...both, first, ...many]);
    await ctx.parallel(items, (item) => charge.invoke(item));
    items.forEach((item) => void ctx.log.info(item));
    items.forEach((item) => both.push(charge.invoke(item)));
    let last;
    last = charge.invoke(4);
    await last;
    return charge.invoke(5);
  },
});
