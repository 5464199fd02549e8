import { Action, Workflow, client as Client } from '@do-sdk/core';

const charge = new Action({ name: 'charge.card', handler: async () => 1 });
const client = { action: (name: string) => ({ invoke: async () => name }) };

export const order = new Workflow({
  name: 'order.place',
  handler: async ({ pick }: { pick: string }) => {
    await Client.action('email.send').invoke(null);
    await Client.action(charge).invoke(null);
    await Client.action(pick).invoke(null);
    await Client.workflow('order.place').invoke(null);
    return await client.action('not.ours').invoke();
  },
});
