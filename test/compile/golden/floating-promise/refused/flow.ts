import { Workflow, client, type WorkflowContext } from '@do-sdk/core';
import { charge } from './actions.ts';
import { invoice } from 'accounting';

async function remind(ctx: WorkflowContext) {
  ctx.sleep('1d');
  await charge.invoke(null);
}

export const order = new Workflow({
  name: 'order.place',
  async handler(items: string[], ctx) {
    charge.invoke(null);
    client.action('email.send').start(null);
    invoice.invoke(null);
    ctx.sleep('1m');
    if (items.length) ctx.waitForSignal('paid');
    items.length > 1 && charge.run(null);
    const forgotten = charge.invoke(items);
    Promise.all(items.map((item) => charge.invoke(item)));
    items.forEach(async (item) => {
      await charge.invoke(item);
    });
    items.forEach((item) => charge.invoke(item));
    remind(ctx);
    items.map((item) => charge.invoke(item));
    const outputs = await items.map(async (item) => await charge.invoke(item));
    ctx.set(outputs);
    return order.start(items), 1;
  },
});

export const brief = new Workflow({
  name: 'order.brief',
  handler: async (_, { sleep: pause, ...rest }) => {
    pause('1s');
  },
});
