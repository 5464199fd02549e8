import { Action, Workflow, client } from '@do-sdk/core';

const unheard = new Action({ name: 'never.registered', handler: async () => 1 });

export const order = new Workflow({
  name: 'order.place',
  handler: async () => {
    await client.action('charg.card').invoke(null);
    await client.action('order.place').invoke(null);
    await client.workflow('email.send').invoke(null);
    await client.workflow('order.cancel').invoke(null);
    return await unheard.invoke(null);
  },
});
